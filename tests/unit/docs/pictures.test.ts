import assert from "node:assert/strict";
import { basename, dirname, join } from "node:path";
import { ROOT } from "../../../local/paths.ts";
import { textFiles } from "../../support/text-files.ts";
import { MOVING_MAX_BYTES, PICTURES, STILL_MAX_BYTES } from "../../browser/pictures/gallery.ts";

const pages: { readonly path: string; readonly content: string }[] = [];
for await (const { path, content } of textFiles(ROOT)) {
  if (path.endsWith(".md")) pages.push({ path, content });
}
/** What pages show, by its path below the root. */
const shown = pages.flatMap(({ path, content }) =>
  [...content.matchAll(/<(?:img src|source [^>]*srcset)="([^"]+)"/g)].map(([, target = ""]) =>
    join(dirname(path), target)
  )
);

Deno.test("every picture that a page shows is there, in light and in dark, and no other (npm run pictures)", async () => {
  const there = (await Array.fromAsync(Deno.readDir(PICTURES))).map(({ name }) => `docs/images/${name}`);
  assert.deepEqual([...new Set(shown)].toSorted(), there.toSorted());
  for (const path of there) {
    const other = path.includes("-dark.")
      ? path.replace("-dark.", ".")
      : path.replace(/\.webp$/, "-dark.webp");
    assert.ok(there.includes(other), `${path} has no ${other}`);
  }
});

Deno.test("no picture is too large for a page, and each is WebP", async () => {
  for (const path of new Set(shown)) {
    const file = await Deno.readFile(`${ROOT}/${path}`);
    assert.equal(String.fromCharCode(...file.subarray(8, 12)), "WEBP", path);
    const max = basename(path).includes("-moving") ? MOVING_MAX_BYTES : STILL_MAX_BYTES;
    assert.ok(file.length <= max, `${path} has ${file.length} bytes`);
  }
});

Deno.test("every picture is told in words, and one that moves stands still for whoever wants that", () => {
  for (const { path, content } of pages) {
    for (const [picture] of content.matchAll(/<picture>[\s\S]*?<\/picture>/g)) {
      assert.match(picture, /<img [^>]*alt="[^"]{20,}"/, path);
      if (!picture.includes("-moving")) continue;
      const still = [
        ...picture.matchAll(/<source media="\(prefers-reduced-motion: reduce\)[^>]*srcset="([^"]+)"/g),
      ];
      assert.equal(still.length, 2, path);
      for (const [, target = ""] of still) assert.doesNotMatch(target, /-moving/, path);
    }
    assert.doesNotMatch(content.replace(/<picture>[\s\S]*?<\/picture>/g, ""), /<img /, path);
  }
});
