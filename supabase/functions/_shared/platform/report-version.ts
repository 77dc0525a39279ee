import { z } from "zod";
import { log } from "./log.ts";
import { reportOnce } from "./report-once.ts";
import type { Rpc } from "./rpc.ts";
import { VERSION } from "./version.ts";

/**
 * Tells the database which version the functions are of, so that the doctor can compare.
 *
 * @returns as {@link reportOnce}
 */
export function createVersionReport(rpc: Rpc): () => Promise<void> {
  return reportOnce(
    () => rpc("calendar_report_version", { p_version: VERSION }, z.null()),
    (error) => log.warn("version_not_reported", { error }),
  );
}
