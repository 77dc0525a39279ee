import { z } from "zod";
import { type Get, isLoopback, parseVariables, type ReadPart, SafeUrl } from "./env.ts";

const DELAY_DEFAULT_S = 600;
/** Longer than a week nobody means. */
const DELAY_MAX_S = 7 * 86_400;
const UNIT_S = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;

/** One address, as a mail server takes it; the mail server is the judge of the rest. */
const ADDRESS = /^[^\s@<>,;:"()[\]\\]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/;

const Variables = z.object({
  CALENDAR_MAIL_FROM: z.string().transform((from, c) => {
    const read = readFrom(from);
    if (read !== null) return read;
    c.addIssue({ code: "custom", message: "must be an address, or Name <address>" });
    return z.NEVER;
  }).optional(),
  CALENDAR_MAIL_API_KEY: z.string().regex(/^[\x21-\x7e]+$/, "must be printable and without spaces")
    .optional(),
  CALENDAR_MAIL_API_URL: SafeUrl.default("https://api.resend.com"),
  CALENDAR_SMTP_URL: z.string().transform((url, c) => {
    const read = readSmtp(url);
    if (read !== null) return read;
    c.addIssue({
      code: "custom",
      message: "must be smtps://user:password@host:port, or smtp:// with STARTTLS",
    });
    return z.NEVER;
  }).optional(),
  CALENDAR_MAIL_DELAY: z.string().transform((text, c) => {
    const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(text === "0" ? "0s" : text) ?? [];
    const delay_s = Number(count) * UNIT_S[z.enum(["s", "m", "h", "d"]).catch("s").parse(unit)];
    if (delay_s <= DELAY_MAX_S) return delay_s;
    c.addIssue({ code: "custom", message: "must be a time of at most 7d, such as 10m" });
    return z.NEVER;
  }).default(DELAY_DEFAULT_S),
  CALENDAR_ADMIN_EMAIL: z.string().regex(ADDRESS, "must be one address").optional(),
});

/** A mailbox that mail is sent from. */
export interface Mailbox {
  /** Null: the address alone. */
  readonly name: string | null;
  readonly address: string;
}

/** How mail leaves. */
export type MailTransportEnv =
  | { readonly kind: "http"; readonly api_url: string; readonly api_key: string }
  | {
    readonly kind: "smtp";
    readonly host: string;
    readonly port: number;
    /** TLS from the first byte; else STARTTLS. */
    readonly tls: boolean;
    readonly user: string | null;
    readonly password: string | null;
  };

/** What the environment says of mail. */
export interface MailEnv {
  /** Null: no mail is sent. */
  readonly sending: { readonly from: Mailbox; readonly transport: MailTransportEnv } | null;
  /** How long a lost connection may heal before its user is mailed. */
  readonly delay_s: number;
  /** Who is told what only an administrator can mend. Null: nobody. */
  readonly admin_email: string | null;
}

/** Reads how mail is sent. Without a transport none is; half of one is a mistake. */
export function readMailEnv(get: Get): ReadPart<MailEnv> {
  const { values, problems } = parseVariables(Variables, get);
  if (values === null) {
    return { value: { sending: null, delay_s: DELAY_DEFAULT_S, admin_email: null }, problems };
  }
  const { CALENDAR_MAIL_FROM: from, CALENDAR_MAIL_API_KEY: api_key, CALENDAR_SMTP_URL: smtp } = values;
  const transport: MailTransportEnv | null = api_key !== undefined
    ? { kind: "http", api_url: values.CALENDAR_MAIL_API_URL, api_key }
    : smtp ?? null;
  return {
    value: {
      sending: from === undefined || transport === null ? null : { from, transport },
      delay_s: values.CALENDAR_MAIL_DELAY,
      admin_email: values.CALENDAR_ADMIN_EMAIL ?? null,
    },
    problems: [
      ...problems,
      ...(api_key !== undefined && smtp !== undefined
        ? ["of CALENDAR_MAIL_API_KEY and CALENDAR_SMTP_URL only one may be given"]
        : []),
      ...(from === undefined && transport !== null ? ["CALENDAR_MAIL_FROM is missing"] : []),
      ...(from !== undefined && transport === null
        ? ["CALENDAR_MAIL_API_KEY or CALENDAR_SMTP_URL is missing: CALENDAR_MAIL_FROM alone sends nothing"]
        : []),
    ],
  };
}

function readFrom(from: string): Mailbox | null {
  const [, quoted, plain, address] = /^(?:"([^"\\\r\n]*)"|([^<>"\r\n]*?))\s*<([^<>]+)>$/.exec(from.trim()) ??
    [null, null, null, from.trim()];
  if (address === undefined || address === null || !ADDRESS.test(address)) return null;
  return { name: (quoted ?? plain ?? "").trim() || null, address };
}

function readSmtp(text: string): Extract<MailTransportEnv, { kind: "smtp" }> | null {
  if (!/^smtps?:\/\//i.test(text) || !URL.canParse(text)) return null;
  const { protocol, hostname, port, username, password, pathname, search, hash } = new URL(text);
  const tls = protocol === "smtps:";
  if (hostname === "" || (pathname !== "" && pathname !== "/") || search !== "" || hash !== "") return null;
  const [user, secret] = [decoded(username), decoded(password)];
  if (user === null || secret === null || (user === "") !== (secret === "")) return null;
  return {
    kind: "smtp",
    host: hostname.replace(/^\[|\]$/g, ""),
    port: port === "" ? (tls ? 465 : 587) : Number(port),
    tls,
    user: user || null,
    password: secret || null,
  };
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

/** Whether a mail server is this machine, so that plain SMTP to it leaves no wire. */
export function isLocalServer(host: string): boolean {
  return isLoopback(host) || host === "::1";
}
