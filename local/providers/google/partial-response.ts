import { GoogleError } from "./errors.ts";

/** Names of fields and what is below each; null: whatever there is. */
export interface Fields {
  readonly [name: string]: Fields | null;
}

/**
 * Reads a `fields` parameter: `a,b/c,d(e,f)`.
 *
 * @param known what there is to select
 * @throws GoogleError 400 `invalidParameter` for what is unknown, or no selection at all
 * @source Google Calendar API guide, "Improve performance", partial response
 */
export function parseFields(text: string, known: Fields): Fields {
  const tokens = text.match(/\w+|[^\w]/g) ?? [];
  const selected = parseList(tokens, known);
  const [rest] = tokens;
  if (rest !== undefined) throw invalidSelection(rest);
  return selected;
}

/** What is selected of a resource; of a list, of each one in it. */
export function partial(resource: unknown, fields: Fields | null): unknown {
  if (fields === null || typeof resource !== "object" || resource === null) return resource;
  if (Array.isArray(resource)) return resource.map((one) => partial(one, fields));
  return Object.fromEntries(
    Object.entries(resource).flatMap(([name, value]) => {
      const below = fields[name];
      return below === undefined ? [] : [[name, partial(value, below)]];
    }),
  );
}

/** Takes a list off the tokens. */
function parseList(tokens: string[], known: Fields | null): Fields {
  let selected: Fields = {};
  do selected = { ...selected, ...parseOne(tokens, known) }; while (take(tokens, ","));
  return selected;
}

/** Takes one field, and what is wanted of it, off the tokens. */
function parseOne(tokens: string[], known: Fields | null): Fields {
  const name = tokens.shift() ?? "";
  const below = known === null ? null : known[name];
  if (!/^\w+$/.test(name) || below === undefined) throw invalidSelection(name);
  if (take(tokens, "/")) return { [name]: parseOne(tokens, below) };
  if (!take(tokens, "(")) return { [name]: null };
  const selected = parseList(tokens, below);
  if (!take(tokens, ")")) throw invalidSelection(tokens[0] ?? "");
  return { [name]: selected };
}

function take(tokens: string[], token: string): boolean {
  if (tokens[0] !== token) return false;
  tokens.shift();
  return true;
}

function invalidSelection(name: string): GoogleError {
  return new GoogleError(400, "invalidParameter", `Invalid field selection ${name}`);
}
