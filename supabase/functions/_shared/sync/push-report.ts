import { z } from "zod";
import type { Env } from "../platform/env.ts";
import { log } from "../platform/log.ts";
import { reportOnce } from "../platform/report-once.ts";
import type { Rpc } from "../platform/rpc.ts";
import type { Providers } from "../providers/registry.ts";

/**
 * Tells the database what only the environment says of push channels: which providers are to call us, and where.
 *
 * @returns as {@link reportOnce}
 */
export function createPushReport(
  rpc: Rpc,
  { push_any_calendar, public_url }: Pick<Env, "push_any_calendar" | "public_url">,
  providers: Providers,
): () => Promise<void> {
  return reportOnce(() =>
    rpc("calendar_report_push", {
      p_providers: [...providers.values()].filter(({ push_path }) => push_path !== undefined)
        .map(({ name }) => name).sort(),
      p_any_calendar: push_any_calendar,
      p_public_url: public_url,
    }, z.null()), (error) => log.warn("push_not_reported", { error }));
}
