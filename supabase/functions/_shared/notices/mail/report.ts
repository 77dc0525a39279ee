import { z } from "zod";
import { log } from "../../platform/log.ts";
import type { MailEnv } from "../../platform/mail-env.ts";
import type { Rpc } from "../../platform/rpc.ts";

/**
 * Tells the database what only the environment says of mail: whether notices are to be queued, and after how long.
 *
 * @returns reports once in the life of this process; never rejects, and tries again with the next call where it failed
 */
export function createMailReport(rpc: Rpc, { sending, delay_s, admin_email }: MailEnv): () => Promise<void> {
  let reported: Promise<void> | null = null;
  return () =>
    reported ??= rpc("calendar_report_mail", {
      p_transport: sending?.transport.kind ?? null,
      p_tells_admin: admin_email !== null,
      p_delay_s: delay_s,
    }, z.null()).then(() => undefined, (error: unknown) => {
      log.warn("mail_not_reported", { error });
      reported = null;
    });
}
