import { z } from "zod";
import { invalidRequest } from "./errors.ts";

const ID =
  /^(String|Integer|Boolean|Double|SystemTime) \{([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})\} Name (\S.*)$/i;

/** `singleValueExtendedProperties` of a body. */
export const ExtendedProperties = z.array(z.strictObject({ id: z.string(), value: z.string() }));

/** An OData string in single quotes, a quote inside doubled. */
const QUOTED = "'((?:[^']|'')*)'";
const FILTER = new RegExp(
  `^singleValueExtendedProperties/[Aa]ny\\((\\w+):\\s*\\1/id eq ${QUOTED} and \\1/value eq ${QUOTED}\\)$`,
);
const EXPAND = /^singleValueExtendedProperties\(\$filter=(.+)\)$/;
const EXPANDED_ID = new RegExp(`^id eq ${QUOTED}$`);

/**
 * A property's id with its GUID in lower case, since only the name is case-sensitive.
 *
 * @throws GraphError 400 where it is not `String {GUID} Name x`
 */
function propertyId(id: string): string {
  const [, type, guid, name] = ID.exec(id) ?? [];
  if (type === undefined || guid === undefined || name === undefined) {
    throw invalidRequest(`The extended property id is malformed: '${id}'.`);
  }
  return `${type} {${guid.toLowerCase()}} Name ${name}`;
}

/** The properties of a body, as they are kept. */
export function propertiesOf(sent: z.infer<typeof ExtendedProperties> | undefined): Map<string, string> {
  return new Map((sent ?? []).map(({ id, value }) => [propertyId(id), value]));
}

/** Tells whether an item has the property that a filter asks for. */
export type PropertyFilter = (properties: ReadonlyMap<string, string>) => boolean;

/**
 * Reads the one `$filter` that finds items by a property's value.
 *
 * @throws GraphError 400 for any other
 */
export function parseFilter(filter: string): PropertyFilter {
  const [, , id, value] = FILTER.exec(filter) ?? [];
  if (id === undefined || value === undefined) {
    throw invalidRequest(`The filter is not supported: '${filter}'.`);
  }
  const wanted = propertyId(unquote(id));
  // The value is compared without regard to case, the name with it.
  const folded = unquote(value).toLowerCase();
  return (properties) => properties.get(wanted)?.toLowerCase() === folded;
}

/**
 * Reads the `$expand` that asks for properties, joined by `or`.
 *
 * @returns their ids
 * @throws GraphError 400 for any other
 */
export function parseExpand(expand: string): readonly string[] {
  const inner = EXPAND.exec(expand)?.[1];
  if (inner === undefined) throw invalidRequest(`The expand is not supported: '${expand}'.`);
  return inner.split(" or ").map((term) => {
    const id = EXPANDED_ID.exec(term.trim())?.[1];
    if (id === undefined) throw invalidRequest(`The expand is not supported: '${expand}'.`);
    return propertyId(unquote(id));
  });
}

/** The properties that were asked for and are there; Graph leaves an empty list out. */
export function expanded(properties: ReadonlyMap<string, string>, ids: readonly string[]) {
  const found = ids.flatMap((id) => {
    const value = properties.get(id);
    return value === undefined ? [] : [{ id, value }];
  });
  return found.length > 0 ? { singleValueExtendedProperties: found } : {};
}

function unquote(text: string): string {
  return text.replaceAll("''", "'");
}
