import assert from "node:assert/strict";
import { ROOT } from "../../../local/paths.ts";
import { textFiles } from "../../support/text-files.ts";

/** Somebody who starts today reads this in an evening. */
const WORDS_MAX = 16_000;

/** Pages that `npm run generate` writes as a whole. */
const GENERATED_PAGES: readonly string[] = [
  "docs/embed/api-reference.md",
  "docs/operate/metrics.md",
  "docs/understand/licences.md",
  "docs/understand/outlook-time-zones.md",
  "docs/understand/two-way.md",
];

/** Parts of pages that are written, or compared to the letter, by code. */
const GENERATED_PARTS =
  /<!-- (?:Written by npm run generate|Printed by tests)[\s\S]*?<!-- The end of what is generated\. -->/g;

/** The name of a test as a link: it is quoted from the test, like code, and another test compares it. */
const TEST_NAME = /\[(?:[^[\]]|\[[^\]]*\])+\]\(\.\.\/\.\.\/(?:supabase\/)?tests\/[^)]*\)/g;

/**
 * How many words a page has that a person wrote: its prose and its tables. Words have a letter. Blocks of code, targets of links, names
 * of tests and units behind numbers are none, and `inline code` is one.
 */
function countWords(page: string): number {
  const text = page
    .replace(GENERATED_PARTS, " ")
    .replace(/^( *)```[\s\S]*?^\1```/gm, " ")
    .replace(/<!--[\s\S]*?-->|<\/?[a-z][^>]*>/g, " ")
    .replace(/`[^`\n]+`/g, "code")
    .replace(TEST_NAME, " ")
    .replace(/\]\([^)]*\)/g, "]")
    .replace(/\d[\d.,–]* (?:ms|s|min|h|KiB|MiB|MB|GB|bytes)(?![\p{L}])/gu, "1");
  return text.split(/\s+/).filter((word) => /\p{L}/u.test(word)).length;
}

Deno.test(`the documentation has at most ${WORDS_MAX} words`, async () => {
  const words = new Map<string, number>();
  for await (const { path, content } of textFiles(ROOT, "docs")) {
    if (path.endsWith(".md") && !GENERATED_PAGES.includes(path)) words.set(path, countWords(content));
  }
  const total = [...words.values()].reduce((sum, count) => sum + count, 0);
  for (const [path, count] of [...words].sort(([, one], [, other]) => other - one)) {
    console.log(`${String(count).padStart(6)} ${path}`);
  }
  console.log(`${String(total).padStart(6)} in all`);
  assert.ok(words.size > 20, `only ${words.size} pages were found`);
  assert.ok(total <= WORDS_MAX, `${total} words`);
});

Deno.test("words are those that a person wrote", () => {
  assert.equal(countWords("# Two words\n\n| a | 1,200 |\n| - | - |\n| 12.5 ms | <br> |\n"), 3);
  assert.equal(countWords("See [this page](../deploy/deploy.md#mail) and `npm run bench`.\n"), 5);
  assert.equal(countWords("Before\n\n```sh\nnpm install\n```\n\nafter\n"), 2);
  assert.equal(countWords("It is [a test that shows it](../../tests/unit/docs/words.test.ts).\n"), 2);
  assert.equal(
    countWords(
      "Before <!-- Written by npm run generate. --> a table <!-- The end of what is generated. --> after",
    ),
    2,
  );
});
