import { lines } from "./content-lines.ts";

/**
 * A component of a calendar file, with its content lines as they were: what we do not know stays as it is. A library that
 * reads values and writes them anew would change what others wrote (and ical.js has a licence that deployed code must not
 * have).
 */
export interface Component {
  /** In capitals. */
  readonly name: string;
  /** Unfolded. */
  readonly lines: readonly string[];
  readonly components: readonly Component[];
}

const NESTED_MAX = 8;

/**
 * Reads a calendar file (RFC 5545 §3.1).
 *
 * @returns its one outermost component; null where the text is anything else
 */
export function readComponent(text: string): Component | null {
  const open: { name: string; lines: string[]; components: Component[] }[] = [];
  let whole: Component | null = null;
  for (const line of text.replace(/\r?\n[ \t]/g, "").split(/\r?\n/)) {
    if (line === "") continue;
    if (whole !== null) return null;
    const [, edge, name = ""] = /^(BEGIN|END):\s*([A-Za-z0-9-]+)\s*$/i.exec(line) ?? [];
    const inner = open.at(-1);
    if (edge === undefined) {
      if (inner === undefined) return null;
      inner.lines.push(line);
    } else if (edge.toUpperCase() === "BEGIN") {
      if (open.length >= NESTED_MAX) return null;
      open.push({ name: name.toUpperCase(), lines: [], components: [] });
    } else {
      if (inner?.name !== name.toUpperCase()) return null;
      open.pop();
      const outer = open.at(-1);
      if (outer === undefined) whole = inner;
      else outer.components.push(inner);
    }
  }
  return whole;
}

/** The component as a file has it. */
export function writeComponent(component: Component): string {
  return lines(contentLines(component));
}

function contentLines({ name, lines, components }: Component): readonly string[] {
  return [`BEGIN:${name}`, ...lines, ...components.flatMap(contentLines), `END:${name}`];
}

/** What a content line is called, in capitals. */
export function nameOf(line: string): string {
  return /^[A-Za-z0-9-]+/.exec(line)?.[0].toUpperCase() ?? "";
}

/** The value of the first property of that name, as it is written; null: there is none. */
export function valueOf({ lines }: Component, name: string): string | null {
  const line = lines.find((one) => nameOf(one) === name);
  return line === undefined ? null : splitLine(line)[1];
}

/** A parameter of the first property of that name; null: there is none. */
export function parameterOf({ lines }: Component, name: string, parameter: string): string | null {
  const line = lines.find((one) => nameOf(one) === name);
  if (line === undefined) return null;
  const found = new RegExp(`;${parameter}=("[^"]*"|[^;:,]*)`, "i").exec(splitLine(line)[0]);
  return found?.[1]?.replaceAll('"', "") ?? null;
}

/** Name with parameters, and value: the colon between them is the first one outside of quotes. */
function splitLine(line: string): readonly [string, string] {
  const [head = ""] = /^(?:[^":]|"[^"]*")*/.exec(line) ?? [];
  return [head, line.slice(head.length + 1)];
}
