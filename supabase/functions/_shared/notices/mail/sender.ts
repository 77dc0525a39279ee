import { z } from "zod";
import type { RotatedSecret } from "../../platform/env.ts";
import { log } from "../../platform/log.ts";
import type { MailEnv, MailTransportEnv } from "../../platform/mail-env.ts";
import type { Rpc } from "../../platform/rpc.ts";
import type { Delivery, Sender, SendOutcome } from "../delivery.ts";
import { MAIL_REQUIRED } from "../kinds.ts";
import { type Calendars, mailContent, MailPayload } from "./content.ts";
import { createHttpTransport } from "./http.ts";
import type { MailMessage, MailTransport } from "./message.ts";
import { htmlOf, textOf } from "./render.ts";
import { createSmtpTransport } from "./smtp.ts";
import { unsubscribeUrl } from "./unsubscribe.ts";

/** What mails are made with. */
export interface MailContext {
  readonly rpc: Rpc;
  readonly mail: MailEnv;
  readonly page_url: string;
  readonly public_url: string;
  readonly state_secret: RotatedSecret;
}

/** As `calendar_sync.mail_target` answers; null: its user is gone. */
const Target = z.object({
  email: z.string().nullable(),
  suppressed: z.boolean(),
  is_needed: z.boolean(),
  calendars: z.record(z.string(), z.object({ provider: z.string(), account_email: z.string().nullable() })),
}).nullable();

/** Sends deliveries of channel `mail`; null where the environment names no way to. */
export function createMailSender(context: MailContext): Sender | null {
  const { sending } = context.mail;
  if (sending === null) return null;
  const transport = transportOf(sending.transport);
  return async (delivery, signal) => {
    const recipient = recipientOf(delivery, context.mail.admin_email);
    if ("error" in recipient) return { outcome: "failed", error: recipient.error };
    const message = await messageOf(delivery, recipient, sending.from, context);
    return await handOver(message, delivery, transport, signal, context.rpc);
  };
}

function transportOf(env: MailTransportEnv): MailTransport {
  return env.kind === "http" ? createHttpTransport(env) : createSmtpTransport(env);
}

interface Recipient {
  readonly to: string;
  readonly calendars: Calendars;
}

/** To whom it goes, or why to nobody. */
function recipientOf(
  { user_id, target }: Delivery,
  admin_email: string | null,
): Recipient | { readonly error: string } {
  if (user_id === null) {
    return admin_email === null ? { error: "no_address" } : { to: admin_email, calendars: {} };
  }
  const user = Target.parse(target);
  if (user === null || !user.email) return { error: "no_address" };
  if (user.suppressed) return { error: "suppressed" };
  if (!user.is_needed) return { error: "not_needed" };
  return { to: user.email, calendars: user.calendars };
}

async function messageOf(
  { user_id, event_id, payload, created_at }: Delivery,
  { to, calendars }: Recipient,
  from: MailMessage["from"],
  { page_url, public_url, state_secret }: MailContext,
): Promise<MailMessage> {
  const content = mailContent(MailPayload.parse(payload), calendars);
  const kinds = content.kinds.filter((kind) => !MAIL_REQUIRED.has(kind));
  const headers: Record<string, string> = { "Auto-Submitted": "auto-generated" };
  if (user_id !== null && kinds.length > 0) {
    headers["List-Unsubscribe"] = `<${await unsubscribeUrl(
      { user_id, kinds },
      public_url,
      state_secret.current,
    )}>`;
    headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click";
  }
  return {
    from,
    to,
    subject: content.subject,
    text: textOf(content, page_url),
    html: htmlOf(content, page_url),
    headers,
    key: event_id,
    date: new Date(created_at),
  };
}

async function handOver(
  message: MailMessage,
  { user_id, id }: Delivery,
  transport: MailTransport,
  signal: AbortSignal,
  rpc: Rpc,
): Promise<SendOutcome> {
  const handover = await transport(message, signal);
  switch (handover.kind) {
    case "taken":
      return { outcome: "delivered", ...(handover.status === undefined ? {} : { status: handover.status }) };
    case "later": {
      const { kind: _, ...why } = handover;
      return { outcome: "retry", ...why };
    }
    case "no_mailbox":
      if (user_id === null) log.warn("admin_address_refused", { delivery_id: id, status: handover.status });
      else {
        await rpc("calendar_suppress_mail", {
          p_user_id: user_id,
          p_email: message.to,
          p_reason: String(handover.status),
        }, z.null());
      }
      return { outcome: "failed", status: handover.status, error: "no_mailbox" };
  }
}
