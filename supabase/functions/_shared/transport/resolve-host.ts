import { abortable, within } from "./time-limits.ts";
import { publicAddress } from "./public-address.ts";

/** All IPv4 and IPv6 addresses of a name. Throws, or returns none, where there are none. */
export type Resolve = (hostname: string, signal: AbortSignal) => Promise<readonly string[]>;

/** Of one question. Some name servers never answer for IPv6: what the other question found is enough. */
const QUERY_TIMEOUT_MS = 4_000;

/** An address of the name leads into a network that is not public. */
export class NotPublic extends Error {
  override readonly name = "NotPublic";
}

/** Asks one question of DNS; throws where there is no such record. */
export type Query = (
  name: string,
  kind: "A" | "AAAA",
  options: { readonly signal: AbortSignal },
) => Promise<readonly string[]>;

/**
 * Makes what resolves names by DNS.
 *
 * The final dot keeps the system's search list out: `intranet` is not `intranet.corp.example` here.
 */
export function createDnsResolver(query: Query, timeout_ms: number = QUERY_TIMEOUT_MS): Resolve {
  return async (hostname, signal) => {
    const ask = (kind: "A" | "AAAA") =>
      within(timeout_ms, signal, (until) => abortable(query(`${hostname}.`, kind, { signal: until }), until));
    const answers = await Promise.allSettled([ask("A"), ask("AAAA")]);
    return answers.flatMap((answer) => answer.status === "fulfilled" ? answer.value : []);
  };
}

/** Asks the system's DNS. */
export const resolveByDns: Resolve = createDnsResolver((name, kind, { signal }) =>
  Deno.resolveDns(name, kind, { signal })
);

/**
 * The addresses of a name, all of which are public; those of IPv4 first, since not every function has IPv6.
 *
 * One private address among them refuses the name as a whole: it serves nobody but whoever tries to get in.
 *
 * @throws NotPublic; Error where there is no address
 */
export async function resolvePublic(
  hostname: string,
  resolve: Resolve,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const found = await abortable(resolve(hostname, signal), signal);
  if (found.length === 0) throw new Error("The name has no address.");
  const addresses = found.map(publicAddress);
  const usable = addresses.filter((address) => address !== null);
  if (usable.length < addresses.length) throw new NotPublic();
  return [...new Set(usable)].sort((a, b) => Number(a.includes(":")) - Number(b.includes(":")));
}
