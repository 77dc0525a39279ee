const SIMPLE_NAME = /^[a-z_][a-z0-9_]*$/;

/** `app.duties`, with quotes where a name needs them. */
export function quoteTable(table: string): string {
  return (table.match(/"[^"]+"|[^.]+/g) ?? []).map(quote).join(".");
}

/** As the catalog has it: a name without quotes is lower case. */
export function nameOf(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1) : name.toLowerCase();
}

/** Behind a dot any word may stand; elsewhere quotes let it. */
export function quote(name: string): string {
  const plain = nameOf(name);
  return SIMPLE_NAME.test(plain) ? plain : `"${plain}"`;
}

/** Text as SQL writes it. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
