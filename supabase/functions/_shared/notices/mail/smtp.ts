import { z } from "zod";
import { isLocalServer, type MailTransportEnv } from "../../platform/mail-env.ts";
import type { Handover, MailTransport } from "./message.ts";

const STEP_MS_MAX = 10_000;

const SmtpError = z.object({
  responseCode: z.int().optional(),
  command: z.string().optional(),
  response: z.string().optional(),
});

/**
 * The mailbox does not exist, is not local, or is disabled; servers also refuse us with these.
 *
 * @source RFC 5321 §4.2.3; RFC 7504 §4 (556)
 */
const MAYBE_NO_MAILBOX = new Set([550, 551, 553, 556]);
/** How a server that names one begins each line (RFC 3463 §2). */
const ENHANCED_CODE = /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})\b/m;
/** The recipient's address is wrong or its mailbox disabled; 5.1.7 and 5.1.8 are about the sender's address (RFC 3463 §3.2, §3.3). */
const NO_MAILBOX_CODE = /^5\.(1\.(?![78]$)\d+|2\.1)$/;
/** Without such a code: words that are about us. */
const ABOUT_US = /relay|denied|block|black ?list|policy|spam|authentic/i;

/** Sends to a mail server. Outside this machine TLS is not a choice, and certificates are verified. */
export function createSmtpTransport(
  { host, port, tls, user, password }: Extract<MailTransportEnv, { kind: "smtp" }>,
): MailTransport {
  const is_local = isLocalServer(host);
  return async ({ from, to, subject, text, html, headers, key, date }, signal) => {
    // Only who sends by SMTP loads it.
    const { createTransport } = await import("nodemailer");
    const server = createTransport({
      host,
      port,
      secure: tls,
      requireTLS: !tls && !is_local,
      tls: { rejectUnauthorized: !is_local },
      ...(user === null ? {} : { auth: { user, pass: password ?? "" } }),
      connectionTimeout: STEP_MS_MAX,
      greetingTimeout: STEP_MS_MAX,
      socketTimeout: STEP_MS_MAX,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    try {
      await server.sendMail({
        from: { name: from.name ?? "", address: from.address },
        to: { name: "", address: to },
        subject,
        text,
        html,
        headers: { ...headers },
        messageId: `<${key}@${from.address.split("@").at(-1)}>`,
        date,
        baseBoundary: key,
        signal,
      });
      return { kind: "taken" };
    } catch (error: unknown) {
      return handoverOf(error, signal);
    } finally {
      server.close();
    }
  };
}

function handoverOf(error: unknown, signal: AbortSignal): Handover {
  const { responseCode: status, command, response = "" } = SmtpError.catch({}).parse(error);
  if (status === undefined) return { kind: "later", error: signal.aborted ? "timeout" : "network" };
  // What is said of the sender or of the mail is not said of the mailbox.
  if (command === "RCPT TO" && MAYBE_NO_MAILBOX.has(status) && isOfMailbox(response)) {
    return { kind: "no_mailbox", status };
  }
  return {
    kind: "later",
    status,
    error: command?.startsWith("AUTH") === true ? "not_authorized" : "refused",
  };
}

/** Whether an answer says that there is no mailbox. It may be of several lines. */
function isOfMailbox(response: string): boolean {
  const code = ENHANCED_CODE.exec(response)?.[1];
  return code === undefined ? !ABOUT_US.test(response) : NO_MAILBOX_CODE.test(code);
}
