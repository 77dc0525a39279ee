import { join } from "node:path";
import { ROOT } from "../../local/paths.ts";

/** A fenced block of a page. */
export interface Example {
  /** The section that it stands in. */
  readonly heading: string;
  /** `sql`, `sh`, `ts` … */
  readonly language: string;
  /** Without the indentation of the fence. */
  readonly text: string;
}

/**
 * The examples of a page, in their order, so that a test does what a reader would.
 *
 * @param page below the root, such as `docs/deploy/deploy.md`
 */
export async function examplesOf(page: string): Promise<readonly Example[]> {
  const examples: Example[] = [];
  let heading = "";
  let open: { readonly indent: number; readonly language: string; readonly lines: string[] } | null = null;
  for (const line of (await Deno.readTextFile(join(ROOT, page))).split("\n")) {
    const fence = /^( *)```(\w*)$/.exec(line);
    if (open !== null && fence?.[2] === "") {
      examples.push({ heading, language: open.language, text: `${open.lines.join("\n")}\n` });
      open = null;
    } else if (open !== null) open.lines.push(line.slice(open.indent));
    else if (fence) open = { indent: fence[1]?.length ?? 0, language: fence[2] ?? "", lines: [] };
    else heading = /^#+ (.*)$/.exec(line)?.[1] ?? heading;
  }
  return examples;
}

/** Those of one language under one heading; an error where there are none, so that a renamed heading is noticed. */
export function examplesUnder(examples: readonly Example[], heading: string, language: string): string[] {
  const found = examples.filter((example) => example.heading === heading && example.language === language);
  if (found.length === 0) throw new Error(`There is no ${language} example under "${heading}".`);
  return found.map(({ text }) => text);
}
