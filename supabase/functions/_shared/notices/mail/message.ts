import type { Mailbox } from "../../platform/mail-env.ts";

/** A mail as it is handed to whoever sends it. The same delivery always makes the same one. */
export interface MailMessage {
  readonly from: Mailbox;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The same with every attempt: who has taken it already takes it once. */
  readonly key: string;
  /** When it was written. */
  readonly date: Date;
}

/** What became of handing a mail over. */
export type Handover =
  | { readonly kind: "taken"; readonly status?: number }
  /** Not taken, or nobody knows: the same mail is handed over again later. `error`: a word of ours. */
  | {
    readonly kind: "later";
    readonly error: string;
    readonly status?: number;
    readonly retry_after_s?: number;
  }
  /** There is no such mailbox, and never will be. */
  | { readonly kind: "no_mailbox"; readonly status: number };

/** Hands a mail over. It may be called again with the same mail. */
export type MailTransport = (message: MailMessage, signal: AbortSignal) => Promise<Handover>;
