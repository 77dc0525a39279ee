import { bearer } from "../bearer.ts";
import { reasonOfLoss } from "../bounded-fetch.ts";
import { observed, operationOf } from "../observe.ts";
import { GRAPH_ANSWERS, type GraphAnswer, readAnswer, SUBSCRIPTION_ANSWERS } from "./answers.ts";
import { NAME } from "./name.ts";

/** Exchange's slowest writes take seconds; what takes longer than this has been lost in practice. */
const CALL_TIMEOUT_MS = 10_000;
/** Before Graph makes a subscription it calls our two addresses, and waits 10 seconds for each. */
const SUBSCRIPTION_TIMEOUT_MS = 25_000;
/** Where the push channels of an account are. */
export const SUBSCRIPTIONS_PATH = "/subscriptions";
/** Of a batch: five rounds of four calls. */
export const BATCH_TIMEOUT_MS = 30_000;

/**
 * Ids that an event keeps when it moves, in what we send and in what we get; without it on every single request the
 * same event goes by two names. Calendars have no such ids.
 *
 * @source https://learn.microsoft.com/graph/outlook-immutable-id
 */
const PREFERENCE = 'IdType="ImmutableId"';

/** One call to Graph. */
export interface GraphCall {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  /** Below the Graph URL, encoded, with its query: see {@link pathTo} and {@link withQuery}. */
  readonly path: string;
  readonly body?: unknown;
  /** What is asked for in `Prefer`, beside {@link PREFERENCE}. */
  readonly prefer?: string;
}

/** The value of `Prefer`. */
export function preferenceOf({ prefer }: GraphCall): string {
  return prefer === undefined ? PREFERENCE : `${PREFERENCE}, ${prefer}`;
}

/** Makes one call and never throws: whatever goes wrong is an answer. */
export type CallGraph = (call: GraphCall) => Promise<GraphAnswer>;

/** How to reach Graph for one account. */
export interface GraphAccess {
  /** `MICROSOFT_GRAPH_URL`, without a trailing slash. */
  readonly graph_url: string;
  readonly access_token: string;
  readonly fetch: typeof fetch;
}

/**
 * A path of segments, each encoded once: ids contain `/`, `+` and `=`.
 *
 * @source github.com/microsoftgraph/microsoft-graph-docs #3598
 */
export function pathTo(...segments: readonly string[]): string {
  return segments.map((segment) => `/${encodeURIComponent(segment)}`).join("");
}

/** Adds a query. Spaces become `%20`: Graph takes a `+` in a filter for a plus sign. */
export function withQuery(path: string, query: Readonly<Record<string, string>>): string {
  return `${path}?${
    Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&")
  }`;
}

/**
 * The path of a link to the next page. The token goes to Graph and nowhere else, whatever a page says.
 *
 * @returns null where the link leads elsewhere
 */
export function pathBelow(graph_url: string, link: string): string | null {
  return link.startsWith(`${graph_url}/`) ? link.slice(graph_url.length) : null;
}

/**
 * A text as a literal of an OData filter.
 *
 * @source OData 4.01 URL conventions §5.1.1.14.1: a quote is doubled
 */
export function odataString(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** What `$expand` says for an extended property to come along with an item. */
export function withProperty(property: string): string {
  return `singleValueExtendedProperties($filter=id eq ${odataString(property)})`;
}

/** Makes one call and never throws. */
export async function callGraph(
  access: GraphAccess,
  call: GraphCall,
  signal?: AbortSignal,
): Promise<GraphAnswer> {
  const is_subscription = call.path.startsWith(SUBSCRIPTIONS_PATH);
  const timeout_ms = is_subscription ? SUBSCRIPTION_TIMEOUT_MS : CALL_TIMEOUT_MS;
  const table = is_subscription ? SUBSCRIPTION_ANSWERS : GRAPH_ANSWERS;
  return await observed(
    NAME,
    operationOf(call.method, call.path),
    async () => {
      const response = await send(access, call, signal, timeout_ms);
      return "lost" in response
        ? response.lost
        : readAnswer(response.status, response.headers, response.text, table);
    },
    (answer) => answer,
    signal,
  );
}

/**
 * @returns `lost` where there was no answer, so that the call may or may not have been carried out
 * @throws Error where there is no token
 */
export async function send(
  { graph_url, access_token, fetch }: GraphAccess,
  call: GraphCall,
  signal?: AbortSignal,
  timeout_ms = CALL_TIMEOUT_MS,
): Promise<
  | { readonly status: number; readonly headers: Headers; readonly text: string }
  | { readonly lost: GraphAnswer }
> {
  const { method, path, body } = call;
  const authorization = bearer(access_token);
  const timeout = AbortSignal.timeout(timeout_ms);
  try {
    const response = await fetch(`${graph_url}${path}`, {
      method,
      headers: {
        accept: "application/json",
        authorization,
        prefer: preferenceOf(call),
        // Microsoft's support finds a call by it.
        "client-request-id": crypto.randomUUID(),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      body: body === undefined ? null : JSON.stringify(body),
      redirect: "error",
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
    return { status: response.status, headers: response.headers, text: await response.text() };
  } catch (error: unknown) {
    return { lost: { kind: "unknown", reason: reasonOfLoss(error, timeout), after_s: null, silent: true } };
  }
}
