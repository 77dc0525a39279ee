/** A name as an identifier of SQL, whatever is in it. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text as a literal of SQL, for the places that take no parameter. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** The values of a statement, in the order of their placeholders. */
export class Parameters {
  readonly values: string[] = [];

  /** @returns the value's placeholder, as text: Postgres reads it as whatever it is cast to, never the driver */
  add(value: string): string {
    this.values.push(value);
    return `$${this.values.length}::text`;
  }
}
