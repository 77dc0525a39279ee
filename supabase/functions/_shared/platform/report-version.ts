import { z } from "zod";
import { log } from "./log.ts";
import type { Rpc } from "./rpc.ts";
import { VERSION } from "./version.ts";

/**
 * Tells the database which version the functions are of, so that the doctor can compare.
 *
 * @returns reports once in the life of this process; never rejects, and tries again with the next call where it failed
 */
export function createVersionReport(rpc: Rpc): () => Promise<void> {
  let reported: Promise<void> | null = null;
  return () =>
    reported ??= rpc("calendar_report_version", { p_version: VERSION }, z.null())
      .then(() => undefined, (error: unknown) => {
        log.warn("version_not_reported", { error });
        reported = null;
      });
}
