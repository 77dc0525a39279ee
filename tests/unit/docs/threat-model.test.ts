import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { ROOT } from "../../../local/paths.ts";
import { hasTitle } from "../../support/test-titles.ts";

const PAGE = `${ROOT}/docs/understand/threat-model.md`;
const LETTERS = ["S", "T", "R", "I", "D", "E"];
const page = await Deno.readTextFile(PAGE);

/** `[text](target)`; a title may hold brackets of its own only where they are closed. */
const LINK = /\[((?:[^[\]]|\[[^\]]*\])+)\]\(([^)\s]+)\)/g;

interface Boundary {
  readonly title: string;
  readonly rows: readonly (readonly string[])[];
}

function boundaries(): readonly Boundary[] {
  return page.split(/^### /m).slice(1).map((section) => {
    const [title = "", ...lines] = section.split(/^## /m)[0]?.split("\n") ?? [];
    const rows = lines.filter((line) => /^\| \*\*/.test(line))
      .map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
    return { title, rows };
  });
}

function linksIn(text: string): readonly (readonly [string, string])[] {
  return [...text.matchAll(LINK)].map(([, label = "", target = ""]) => [label, target] as const);
}

Deno.test("every boundary of the threat model has a row for each letter of STRIDE", () => {
  const found = boundaries();
  assert.ok(found.length >= 8, `${found.length} boundaries`);
  for (const { title, rows } of found) {
    const letters = new Set(rows.map(([letter]) => letter?.replaceAll("*", "")));
    assert.deepEqual(LETTERS.filter((letter) => !letters.has(letter)), [], title);
    for (const row of rows) assert.equal(row.length, 4, row.join(" | "));
  }
});

Deno.test("the diagram of the threat model shows the boundaries that it has", () => {
  const diagram = page.split("```mermaid")[1]?.split("```")[0] ?? "";
  const shown = new Set([...diagram.matchAll(/"(\d+) ·/g)].map(([, number]) => number));
  assert.deepEqual([...shown].sort(), boundaries().map(({ title }) => title.split(".")[0]).sort());
});

Deno.test("every claim of the threat model names a test that is there", async () => {
  let claims = 0;
  for (const { title, rows } of boundaries()) {
    for (const [letter, threat, , proof = ""] of rows) {
      const tests = linksIn(proof);
      assert.ok(tests.length > 0, `${title}, ${letter}: ${threat}`);
      for (const [name, target] of tests) {
        claims++;
        assert.match(target, /^\.\.\/\.\.\/(tests|supabase\/tests)\/.+\.(ts|sql)$/, name);
        const source = await Deno.readTextFile(join(dirname(PAGE), target));
        assert.ok(hasTitle(source, name), `${target} has no "${name}"`);
      }
    }
  }
  assert.ok(claims > 80, `${claims} claims`);
});

Deno.test("every link of the threat model leads somewhere, and every accepted risk that is named is there", async () => {
  const accepted = [...(page.split(/^## Accepted$/m)[1] ?? "").matchAll(/^(\d+)\. /gm)].map(([, number]) =>
    number
  );
  assert.deepEqual(accepted, accepted.map((_, index) => String(index + 1)));
  for (const [label, target] of linksIn(page)) {
    if (target === "#accepted") {
      const number = /\d+/.exec(label)?.[0];
      assert.ok(number === undefined || accepted.includes(number), label);
    } else assert.ok((await Deno.stat(join(dirname(PAGE), target.replace(/#.*/, "")))).isFile, target);
  }
});
