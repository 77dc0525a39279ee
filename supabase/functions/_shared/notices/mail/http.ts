import { z } from "zod";
import type { MailTransportEnv } from "../../platform/mail-env.ts";
import { retryAfterSeconds } from "../retry-after.ts";
import type { Handover, MailTransport } from "./message.ts";

/** An answer is an id or a few words. */
const ANSWER_BYTES_MAX = 16 * 1024;

const ErrorAnswer = z.object({ name: z.string().catch(""), message: z.string().catch("") });

/**
 * What is wrong with our part of a mail, at status 422: the operator can mend it, and no address is to blame.
 *
 * @source https://resend.com/docs/api-reference/errors
 */
const OURS = new Set([
  "invalid_access",
  "invalid_attachment",
  "invalid_from_address",
  "invalid_parameter",
  "invalid_region",
  "missing_required_field",
]);

/**
 * Sends through a provider's API: Resend's, and others that are shaped like it. A key that came before is answered as it was then,
 * for a day.
 */
export function createHttpTransport(
  { api_url, api_key }: Extract<MailTransportEnv, { kind: "http" }>,
): MailTransport {
  return async ({ from, to, subject, text, html, headers, key }, signal) => {
    let response: Response;
    let answer: string;
    try {
      response = await fetch(`${api_url}/emails`, {
        method: "POST",
        headers: {
          authorization: `Bearer ${api_key}`,
          "content-type": "application/json",
          "idempotency-key": key,
        },
        body: JSON.stringify({ from: mailboxText(from), to: [to], subject, text, html, headers }),
        redirect: "manual",
        signal,
      });
      answer = await textOf(response);
    } catch {
      return { kind: "later", error: signal.aborted ? "timeout" : "network" };
    }
    return handoverOf(response, answer);
  };
}

function handoverOf({ status, headers }: Response, answer: string): Handover {
  if (status >= 200 && status < 300) return { kind: "taken", status };
  const { name, message } = ErrorAnswer.catch({ name: "", message: "" }).parse(parsed(answer));
  // The same key came with another body, which an update of ours can cause: the first one was taken.
  if (status === 409 && name === "invalid_idempotent_request") return { kind: "taken", status };
  if (status === 422 && !OURS.has(name) && !/\bfrom\b/i.test(message)) return { kind: "no_mailbox", status };
  const retry_after_s = retryAfterSeconds(headers.get("retry-after"));
  return {
    kind: "later",
    status,
    error: status === 401 || status === 403 ? "not_authorized" : status === 429 ? "rate_limited" : "refused",
    ...(retry_after_s === null ? {} : { retry_after_s }),
  };
}

/** As RFC 5322 writes it; a name with anything but letters, digits and spaces is quoted. */
export function mailboxText(
  { name, address }: { readonly name: string | null; readonly address: string },
): string {
  if (name === null) return address;
  return /^[\p{L}\p{N} ]+$/u.test(name) ? `${name} <${address}>` : `"${name}" <${address}>`;
}

async function textOf({ body }: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength;
    // Leaving the loop cancels the rest.
    if (bytes > ANSWER_BYTES_MAX) break;
    text += decoder.decode(chunk, { stream: true });
  }
  return text;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
