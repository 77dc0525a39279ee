import { z } from "zod";
import type { Env } from "../platform/env.ts";
import { log } from "../platform/log.ts";
import type { Rpc } from "../platform/rpc.ts";
import type { Providers } from "../providers/registry.ts";

/**
 * Tells the database what only the environment says of push channels: which providers are to call us, and where.
 *
 * @returns reports once in the life of this process; never rejects, and tries again with the next call where it failed
 */
export function createPushReport(
  rpc: Rpc,
  { push_any_calendar, public_url }: Pick<Env, "push_any_calendar" | "public_url">,
  providers: Providers,
): () => Promise<void> {
  let reported: Promise<void> | null = null;
  return () =>
    reported ??= rpc("calendar_report_push", {
      p_providers: [...providers.values()].filter(({ push_path }) => push_path !== undefined)
        .map(({ name }) => name).sort(),
      p_any_calendar: push_any_calendar,
      p_public_url: public_url,
    }, z.null()).then(() => undefined, (error: unknown) => {
      log.warn("push_not_reported", { error });
      reported = null;
    });
}
