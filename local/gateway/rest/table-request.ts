import { type Condition, parseCondition, plainColumn } from "./conditions.ts";
import { notServed, RestProblem, unreadable } from "./problems.ts";

/** A column of the answer. */
export interface Selected {
  /** `*`: all of them. */
  readonly column: string;
  /** Its name in the answer, where that is another. */
  readonly alias: string | null;
}

export interface Order {
  readonly column: string;
  readonly descending: boolean;
  readonly nulls: "first" | "last" | null;
}

/** What the address of a table's request says. */
export interface TableRequest {
  readonly select: readonly Selected[];
  readonly conditions: readonly Condition[];
  readonly order: readonly Order[];
  readonly limit: number | null;
  readonly offset: number;
  /** Which keys of the body are columns; null: those of its first row. */
  readonly columns: readonly string[] | null;
  readonly on_conflict: readonly string[] | null;
}

/** Hosted Supabase's default of "Max rows": a longer answer is cut without a word. */
export const ROWS_MAX = 1000;

/**
 * Reads the address of a request for a table.
 *
 * @param range the header `Range`, which narrows limit and offset
 * @throws RestProblem as PostgREST refuses it, or 501 for what is not served
 */
export function parseTableRequest(query: URLSearchParams, range: string | null): TableRequest {
  const conditions: Condition[] = [];
  const once: Record<string, string> = {};
  for (const [name, value] of query) {
    if (["select", "order", "limit", "offset", "columns", "on_conflict"].includes(name)) once[name] = value;
    else conditions.push(parseCondition(name, value));
  }
  return {
    select: parseSelect(once["select"] ?? "*"),
    conditions,
    order: parseOrder(once["order"]),
    ...parseRange(once["limit"], once["offset"], range),
    columns: once["columns"] === undefined ? null : names("columns", once["columns"]),
    on_conflict: once["on_conflict"] === undefined ? null : names("on_conflict", once["on_conflict"]),
  };
}

function parseSelect(text: string): Selected[] {
  const items = split(text);
  if (items.every((item) => item === "")) return [{ column: "*", alias: null }];
  return items.map((item) => {
    const bare = item.replaceAll(NAME_IN_QUOTES, "");
    if (/[()]|^\.\.\./.test(bare)) throw notServed("embedded tables and aggregates");
    if (bare.includes("::")) throw notServed("casts");
    if (bare.includes("->")) throw notServed("paths into JSON");
    const parts = /^(?:("(?:[^"\\]|\\.)*"|[^":]+):)?("(?:[^"\\]|\\.)*"|[^":]+)$/.exec(item);
    if (!parts) throw unreadable("select parameter", text, "a column");
    return { column: unquoted(parts[2] ?? ""), alias: parts[1] === undefined ? null : unquoted(parts[1]) };
  });
}

function parseOrder(text: string | undefined): Order[] {
  if (text === undefined) return [];
  return split(text).map((item) => {
    const parts = /^("(?:[^"\\]|\\.)*"|[^".]+)(?:\.(asc|desc))?(?:\.(nullsfirst|nullslast))?$/.exec(item);
    if (!parts) {
      if (/[()]/.test(item)) throw notServed("the order of embedded tables");
      throw unreadable("order", text, "a column, asc or desc, nullsfirst or nullslast");
    }
    return {
      column: plainColumn(unquoted(parts[1] ?? "")),
      descending: parts[2] === "desc",
      nulls: parts[3] === undefined ? null : parts[3] === "nullsfirst" ? "first" : "last",
    };
  });
}

function parseRange(limit: string | undefined, offset: string | undefined, header: string | null) {
  const from = wholeNumber("offset", offset) ?? 0;
  const rows = wholeNumber("limit", limit);
  const asked = /^(?:items=)?(\d+)-(\d*)$/.exec(header?.trim() ?? "");
  if (!asked) return { offset: from, limit: rows };
  const [first, last] = [Number(asked[1]), asked[2] === "" ? null : Number(asked[2])];
  if (last !== null && last < first) {
    const reason =
      "The lower boundary must be lower than or equal to the upper boundary in the Range header.";
    throw new RestProblem(416, "PGRST103", "Requested range not satisfiable", reason);
  }
  const lower = Math.max(from, first);
  const upper = Math.min(rows === null ? Infinity : from + rows, last === null ? Infinity : last + 1);
  return { offset: lower, limit: Number.isFinite(upper) ? Math.max(0, upper - lower) : null };
}

function wholeNumber(name: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  if (name === "limit" && /^-\d+$/.test(text)) {
    const reason = "Limit should be greater than or equal to zero.";
    throw new RestProblem(416, "PGRST103", "Requested range not satisfiable", reason);
  }
  if (!/^\d{1,15}$/.test(text)) throw unreadable(name, text, "a whole number");
  return Number(text);
}

function names(part: string, text: string): string[] {
  const found = split(text).map(unquoted);
  if (found.some((name) => name === "")) throw unreadable(`${part} parameter`, text, "a column");
  return found;
}

const NAME_IN_QUOTES = /"(?:[^"\\]|\\.)*"/gs;

/** At commas outside of quotes. */
function split(text: string): string[] {
  return (text.match(/(?:"(?:[^"\\]|\\.)*"|[^,"]|"(?!(?:[^"\\]|\\.)*"))+|(?<=,|^)(?=,|$)/gs) ?? [""])
    .map((item) => item.trim());
}

function unquoted(name: string): string {
  const text = name.trim();
  return text.length > 1 && text.startsWith('"') && text.endsWith('"')
    ? text.slice(1, -1).replaceAll(/\\(.)/gs, "$1")
    : text;
}
