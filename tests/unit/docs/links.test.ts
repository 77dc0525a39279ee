import assert from "node:assert/strict";
import { dirname, join, relative } from "node:path";
import { ROOT } from "../../../local/paths.ts";
import { anchorOf } from "../../../site/.vitepress/anchors.ts";
import { PAGES } from "../../../site/.vitepress/pages.ts";
import { textFiles } from "../../support/text-files.ts";

/** `[text](target)` outside of code. */
const LINK = /\]\(([^)\s]+)\)/g;

/** Every Markdown file, by its path below the root. */
const pages = new Map<string, string>();
for await (const { path, content } of textFiles(ROOT)) {
  if (path.endsWith(".md")) pages.set(path, content);
}

/** The anchors of a page, as GitHub and VitePress make them of its headings. */
function anchorsOf(page: string): ReadonlySet<string> {
  const text = page.replace(/```[\s\S]*?```/g, "");
  const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(([, title = ""]) =>
    anchorOf(title.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1"))
  );
  return new Set([
    ...headings,
    ...[...text.matchAll(/\{#([\w-]+)\}|<a (?:id|name)="([\w-]+)"/g)].map(([, id, name]) => id ?? name ?? ""),
  ]);
}

async function isThere(path: string): Promise<boolean> {
  return await Deno.stat(join(ROOT, path)).then(() => true, () => false);
}

Deno.test("no page has a dead link", async () => {
  const dead: string[] = [];
  for (const [path, content] of pages) {
    for (const [, target = ""] of content.replace(/```[\s\S]*?```|`[^`\n]*`/g, "").matchAll(LINK)) {
      if (/^[a-z]+:/.test(target)) continue;
      const [file = "", anchor] = target.split("#");
      const at = file === "" ? path : relative(ROOT, join(ROOT, dirname(path), file));
      const page = pages.get(at);
      if (
        !await isThere(at) || (anchor !== undefined && page !== undefined && !anchorsOf(page).has(anchor))
      ) {
        dead.push(`${path}: ${target}`);
      }
    }
  }
  assert.deepEqual(dead, []);
});

Deno.test("the site has every page, and no page that is not there", () => {
  const listed = Object.entries(PAGES).flatMap(([reader, names]) =>
    names.map((name) => `docs/${reader}/${name}.md`)
  );
  const found = [...pages.keys()].filter((path) => path.startsWith("docs/") && path !== "docs/index.md");
  assert.deepEqual(listed.toSorted(), found.toSorted());
});
