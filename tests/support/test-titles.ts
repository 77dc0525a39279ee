/** Whether a source has a title: to the letter, save for quotes that it has to double or escape; `…` is what it fills in. */
export function hasTitle(source: string, title: string): boolean {
  return titlePattern(title).test(source);
}

/** How a title stands in a source. */
export function titlePattern(title: string): RegExp {
  const parts = title.split("…").map((part) =>
    part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replaceAll("'", "''?").replaceAll('"', '\\\\?"')
  );
  return new RegExp(parts.join(".+?"));
}
