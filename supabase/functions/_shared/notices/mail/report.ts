import { z } from "zod";
import { log } from "../../platform/log.ts";
import type { MailEnv } from "../../platform/mail-env.ts";
import { reportOnce } from "../../platform/report-once.ts";
import type { Rpc } from "../../platform/rpc.ts";

/**
 * Tells the database what only the environment says of mail: whether notices are to be queued, and after how long.
 *
 * @returns as {@link reportOnce}
 */
export function createMailReport(rpc: Rpc, { sending, delay_s, admin_email }: MailEnv): () => Promise<void> {
  return reportOnce(() =>
    rpc("calendar_report_mail", {
      p_transport: sending?.transport.kind ?? null,
      p_tells_admin: admin_email !== null,
      p_delay_s: delay_s,
    }, z.null()), (error) => log.warn("mail_not_reported", { error }));
}
