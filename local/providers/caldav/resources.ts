import { createHash } from "node:crypto";
import { DavError } from "./errors.ts";
import type { Account, CalDavState, CalendarEntry, StoredFile } from "./state.ts";

/** What is at a path, as far as this account may see it. */
export type Resource =
  | { readonly kind: "root" }
  | { readonly kind: "principal"; readonly account: Account }
  | { readonly kind: "home"; readonly account: Account }
  | { readonly kind: "scheduling"; readonly account: Account; readonly slug: "inbox" | "outbox" }
  | { readonly kind: "calendar"; readonly account: Account; readonly calendar: CalendarEntry }
  /** Nothing yet. */
  | { readonly kind: "no_calendar"; readonly account: Account; readonly slug: string }
  | {
    readonly kind: "file";
    readonly account: Account;
    readonly calendar: CalendarEntry;
    readonly name: string;
    /** Null: nothing yet. */
    readonly file: StoredFile | null;
  }
  /** A file in a calendar that is not there. */
  | { readonly kind: "nowhere"; readonly account: Account };

/** Lets in who has the password (RFC 7617). With `digest_only` nobody gets in: no client here has an answer to its challenge. */
export function signIn(state: CalDavState, authorization: string | null): Account {
  if (state.odd.digest_only) {
    const challenge = `Digest realm="Calendars",qop="auth",nonce="${crypto.randomUUID()}",opaque="basic"`;
    throw new DavError(401, null, { "www-authenticate": challenge });
  }
  const refused = new DavError(401, null, { "www-authenticate": 'Basic realm="Calendars", charset="UTF-8"' });
  const encoded = /^Basic ([A-Za-z0-9+/]+=*)$/.exec(authorization ?? "")?.[1];
  if (encoded === undefined) throw refused;
  const text = new TextDecoder().decode(Uint8Array.from(atob(encoded), (char) => char.charCodeAt(0)));
  const [user = "", ...password] = text.split(":");
  const account = state.accounts.get(user);
  if (!account?.passwords.has(password.join(":"))) throw refused;
  return account;
}

/** @throws DavError 404 where there can be nothing, 403 where it is somebody else's */
export function resourceAt(state: CalDavState, me: Account, path: string): Resource {
  const parts = path.split("/").slice(1).map(decoded);
  const [root, section, user, slug, name, ...deeper] = parts;
  if (root === "" || (root === "dav" && !section)) return { kind: "root" };
  if (root !== "dav" || deeper.length > 0 || !user) throw new DavError(404);
  const account = state.accounts.get(user);
  if (account === undefined) throw new DavError(404);
  if (account !== me) throw new DavError(403, "need-privileges");
  if (section === "principals" && !slug) return { kind: "principal", account };
  if (section !== "calendars") throw new DavError(404);
  if (!slug) return { kind: "home", account };
  if (slug === "inbox" || slug === "outbox") return { kind: "scheduling", account, slug };
  const calendar = account.calendars.get(slug);
  if (!name) {
    return calendar ? { kind: "calendar", account, calendar } : { kind: "no_calendar", account, slug };
  }
  if (calendar === undefined) return { kind: "nowhere", account };
  return { kind: "file", account, calendar, name, file: calendar.files.get(name) ?? null };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new DavError(400);
  }
}

const encoded = encodeURIComponent;

export const principalPath = ({ email }: Account) => `/dav/principals/${encoded(email)}/`;
export const homePath = ({ email }: Account) => `/dav/calendars/${encoded(email)}/`;
export const calendarPath = (account: Account, slug: string) => `${homePath(account)}${encoded(slug)}/`;
export const filePath = (account: Account, { slug }: CalendarEntry, name: string) =>
  `${calendarPath(account, slug)}${encoded(name)}`;

/** The strong form. */
export const etagOf = ({ odd }: CalDavState, { revision, text }: StoredFile) =>
  odd.hash_etags ? `"${createHash("md5").update(text).digest("hex")}"` : `"${revision}"`;
