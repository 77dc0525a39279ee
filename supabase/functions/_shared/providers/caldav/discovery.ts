import { followRedirects } from "../../transport/follow-redirects.ts";
import {
  AddressNotAllowed,
  type HostPolicy,
  isSameSite,
  judgeAddress,
  type Outbound,
  RedirectRefused,
  Unreachable,
} from "../../transport/safe-fetch.ts";
import type { CheckRefusal } from "../connector.ts";
import type { CredentialsOf } from "../credentials.ts";
import type { Calendar } from "../calendar-client.ts";
import { BASIC_NOT_OFFERED, type DavAnswer, readAnswer } from "./answers.ts";
import { calendarsOf, multistatusOf, propfind } from "./calendars.ts";
import { basic, type DavCall } from "./http.ts";
import { hrefsOf } from "./multistatus.ts";
import { HOME_ELSEWHERE, homeOf } from "./places.ts";
import { CALENDAR_PROPERTIES, PRINCIPAL_PROPERTIES } from "./requests.ts";

const WELL_KNOWN = "/.well-known/caldav";
const XML = "application/xml; charset=utf-8";

/** What was found behind an address. */
export type Discovery =
  | {
    readonly kind: "found";
    readonly principal: URL;
    readonly home: URL;
    readonly calendars: readonly Calendar[];
  }
  | CheckRefusal;

type Asked = { readonly answer: DavAnswer; readonly url: URL } | CheckRefusal;

interface Discovering {
  readonly outbound: Outbound;
  readonly policy: HostPolicy;
  /** `server` as its user typed it. */
  readonly credentials: CredentialsOf<"password">;
}

/**
 * Finds the calendars behind an address: the address itself may be anything of the account; then the well-known one
 * (RFC 6764 §5), then the root. DNS is not asked for other hosts (SRV): whoever answers for a name is not whom the user typed.
 *
 * The password goes to the host that was typed, and from there within its site alone.
 */
export async function discover(options: Discovering): Promise<Discovery> {
  const { policy, credentials } = options;
  if (!URL.canParse(credentials.server)) return { kind: "server_not_allowed", reason: "malformed" };
  const typed = new URL(credentials.server);
  try {
    judgeAddress(policy, typed);
  } catch (error: unknown) {
    if (error instanceof AddressNotAllowed) return { kind: "server_not_allowed", reason: error.reason };
    throw error;
  }
  // The header has no way to say it (RFC 7617 §2), so no server knows such a user.
  if (credentials.username.includes(":")) return { kind: "sign_in_failed", reason: "user_name" };
  const principal = await findPrincipal(options, typed);
  if (!("url" in principal)) return principal;
  const asked = await ask(options, propfind(principal.url, "0", PRINCIPAL_PROPERTIES));
  if ("kind" in asked) return asked;
  const home = homeOf(options, asked.answer, asked.url);
  if (home.kind === "token_rejected") return notSignedIn(home.reason);
  if (home.kind === "retry" && home.reason === HOME_ELSEWHERE) {
    return { kind: "server_unreachable", reason: home.reason };
  }
  if (home.kind !== "done") return { kind: "not_supported", reason: home.kind };
  return await readHome(options, principal.url, home.value);
}

/** Asks each address that may lead on, and goes by the first that does. */
async function findPrincipal(
  options: Discovering,
  typed: URL,
): Promise<{ readonly url: URL } | CheckRefusal> {
  const places = [typed, new URL(WELL_KNOWN, typed), new URL("/", typed)];
  let lost: CheckRefusal | null = null;
  for (const place of new Set(places.map(({ href }) => href))) {
    const asked = await ask(options, propfind(new URL(place), "0", PRINCIPAL_PROPERTIES));
    if ("kind" in asked) {
      // The other addresses are of the same host. One that sends us where we may not go answers at least.
      if (asked.reason === "unreachable") return asked;
      lost ??= asked;
      continue;
    }
    const { answer, url } = asked;
    if (answer.kind === "token_rejected") {
      lost = notSignedIn(answer.reason);
      continue;
    }
    const read = multistatusOf(answer);
    if (read.kind !== "done") continue;
    for (const response of read.value.responses) {
      const principal = hrefsOf(response, "current-user-principal", url)[0] ??
        (response.properties.has("calendar-home-set") ? url : null);
      if (principal === null) continue;
      if (principal.origin !== url.origin && !isSameSite(options.policy, url, principal)) {
        return { kind: "server_unreachable", reason: "principal_elsewhere" };
      }
      return { url: principal };
    }
  }
  return lost ?? { kind: "not_supported", reason: "no_principal" };
}

async function readHome(options: Discovering, principal: URL, home: URL): Promise<Discovery> {
  const asked = await ask(options, propfind(home, "1", CALENDAR_PROPERTIES));
  if ("kind" in asked) return asked;
  const read = multistatusOf(asked.answer);
  if (read.kind === "token_rejected") return notSignedIn(read.reason);
  if (read.kind !== "done") return { kind: "not_supported", reason: read.kind };
  return { kind: "found", principal, home, calendars: calendarsOf(read.value, asked.url) };
}

/** @param reason of a 401 */
function notSignedIn(reason: string): CheckRefusal {
  return { kind: reason === BASIC_NOT_OFFERED ? "sign_in_not_supported" : "sign_in_failed", reason };
}

/** One question, its redirects followed. */
async function ask({ outbound, policy, credentials }: Discovering, call: DavCall): Promise<Asked> {
  const { method, url, depth, body } = call;
  try {
    const answer = await followRedirects(outbound, policy, {
      method,
      url,
      headers: {
        authorization: basic(credentials),
        ...(depth === undefined ? {} : { depth }),
        ...(body === undefined ? {} : { "content-type": XML }),
      },
      ...(body === undefined ? {} : { body }),
    });
    if (answer.truncated) return { kind: "not_supported", reason: "answer_too_large" };
    return {
      answer: readAnswer(answer.status, answer.headers, new TextDecoder().decode(answer.body), "found"),
      url: answer.url,
    };
  } catch (error: unknown) {
    if (error instanceof RedirectRefused) return { kind: "server_unreachable", reason: "redirect_refused" };
    if (error instanceof Unreachable) return { kind: "server_unreachable", reason: "unreachable" };
    // What the server named next may not be called.
    if (error instanceof AddressNotAllowed) return { kind: "server_unreachable", reason: error.reason };
    throw error;
  }
}
