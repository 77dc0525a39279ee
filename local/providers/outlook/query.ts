import { GraphError, invalidRequest } from "./errors.ts";
import { parseExpand, parseFilter, type PropertyFilter } from "./extended-properties.ts";

const TOP_DEFAULT = 10;
const TOP_MAX = 1000;
const TOKEN_MARK = "from ";
const OPTIONS = ["$filter", "$expand", "$select", "$top", "$skip", "$skiptoken"];

/** The OData options of a request. */
export interface Query {
  readonly filter: PropertyFilter | null;
  /** Extended properties to show. */
  readonly expand: readonly string[];
  /** Null: everything. */
  readonly select: readonly string[] | null;
  readonly top: number;
  readonly skip: number;
}

/**
 * Reads a query string as OData does: a `+` is a plus, so spaces have to be `%20`.
 *
 * @param url the whole URL
 * @param known the resource's properties, for `$select`
 * @throws GraphError 400 for an option that is unknown or unreadable
 */
export function parseQuery(url: string, known: readonly string[]): Query {
  const options = new Map<string, string>();
  for (const pair of new URL(url).search.slice(1).split("&").filter((one) => one !== "")) {
    const [name = "", value = ""] = pair.split(/=(.*)/s).map(decode);
    if (!OPTIONS.includes(name)) throw invalidRequest(`The query option is not supported: '${name}'.`);
    if (options.has(name)) throw invalidRequest(`The query option comes more than once: '${name}'.`);
    options.set(name, value);
  }
  const filter = options.get("$filter");
  const expand = options.get("$expand");
  const token = options.get("$skiptoken");
  const select = options.get("$select")?.split(",").map((name) => name.trim()) ?? null;
  const unknown = select?.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new GraphError(400, "RequestBroker--ParseUri", `Could not find a property named '${unknown}'.`);
  }
  return {
    filter: filter === undefined ? null : parseFilter(filter),
    expand: expand === undefined ? [] : parseExpand(expand),
    select,
    top: numberOf(options.get("$top"), TOP_DEFAULT, 1, TOP_MAX),
    skip: token === undefined ? numberOf(options.get("$skip"), 0, 0, Infinity) : offsetOf(token),
  };
}

/**
 * A page of a collection, with the link to the next one.
 *
 * @param page_size_max how many items a page has at most, whatever `$top` says; null: as many
 */
export function pageOf<Item>(
  url: string,
  query: Query,
  items: readonly Item[],
  page_size_max: number | null,
  show: (item: Item) => Record<string, unknown>,
) {
  const to = query.skip + Math.min(query.top, page_size_max ?? Infinity);
  const next = new URL(url);
  next.search = [
    ...next.search.slice(1).split("&").filter((pair) => pair !== "" && !/^(\$|%24)skip(token)?=/.test(pair)),
    `$skiptoken=${encodeURIComponent(btoa(`${TOKEN_MARK}${to}`))}`,
  ].join("&");
  return {
    "@odata.context": `${next.origin}/v1.0/$metadata#collection`,
    value: items.slice(query.skip, to).map(show),
    ...(to < items.length ? { "@odata.nextLink": next.toString() } : {}),
  };
}

/** What was selected of a resource; its id and annotations always come along. */
export function selected(resource: Record<string, unknown>, { select }: Query): Record<string, unknown> {
  if (select === null) return resource;
  return Object.fromEntries(
    Object.entries(resource).filter(([name]) =>
      name === "id" || name.startsWith("@odata.") || name === "singleValueExtendedProperties" ||
      select.includes(name)
    ),
  );
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalidRequest(`The query is not properly encoded: '${text}'.`);
  }
}

/** Where a link's page begins; the token is opaque to clients. */
function offsetOf(token: string): number {
  try {
    const [, offset] = atob(token).split(TOKEN_MARK);
    if (offset !== undefined && /^\d+$/.test(offset)) return Number(offset);
  } catch {
    // The same refusal.
  }
  throw invalidRequest("The skip token is not valid.");
}

function numberOf(text: string | undefined, otherwise: number, min: number, max: number): number {
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < min || value > max) {
    throw invalidRequest(`The value is not between ${min} and ${max}: '${text}'.`);
  }
  return value;
}
