import assert from "node:assert/strict";
import { buildPage, failureOf, fingerprint } from "../../../../local/settings/build.ts";

async function inFolder(test: (pages: string) => Promise<void>): Promise<void> {
  const pages = await Deno.makeTempDir();
  try {
    await test(pages);
  } finally {
    await Deno.remove(pages, { recursive: true });
  }
}

async function namesIn(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
}

Deno.test("what was built once is not built again, even by several at once", () =>
  inFolder(async (pages) => {
    const log: string[] = [];
    const build = () => buildPage({ pages, log: (line) => log.push(line) });
    const [first, second] = await Promise.all([build(), build()]);
    assert.equal(first, second);
    assert.match(await Deno.readTextFile(`${first}/index.html`), /settings-config/);
    assert.equal(log.length, 2);
    assert.equal(await build(), first);
    assert.equal(log.length, 2);
    assert.equal((await namesIn(pages)).length, 1);
  }));

Deno.test("a build takes the place of those of other sources, and leaves one that is going on alone", () =>
  inFolder(async (pages) => {
    await Deno.mkdir(`${pages}/of-other-sources`);
    await Deno.mkdir(`${pages}/unfinished-young`);
    await Deno.mkdir(`${pages}/unfinished-old`);
    await Deno.utime(`${pages}/unfinished-old`, 0, 0);
    const built = await buildPage({ pages, log: () => {} });
    assert.deepEqual(
      (await namesIn(pages)).sort(),
      [built.slice(pages.length + 1), "unfinished-young"].sort(),
    );
  }));

Deno.test("a build that is no longer wanted leaves nothing behind", () =>
  inFolder(async (pages) => {
    const abort = new AbortController();
    const building = buildPage({ pages, log: () => abort.abort(), signal: abort.signal });
    await assert.rejects(building, { name: "AbortError" });
    assert.deepEqual(await namesIn(pages), []);
  }));

Deno.test("the fingerprint follows names and content", async () => {
  const source = "settings/src/page/config.ts";
  assert.equal(await fingerprint([source]), await fingerprint([source]));
  assert.notEqual(await fingerprint([source]), await fingerprint(["settings/src/page/main.tsx"]));
  assert.notEqual(await fingerprint([source]), await fingerprint([source, "package.json"]));
  assert.notEqual(await fingerprint([source]), await fingerprint(["settings/src/page"]));
});

Deno.test("a failed build is one line that says what and where", () => {
  assert.equal(
    failureOf(
      "● Build failed in 69ms\nerror during build:\nBuild failed with 1 error:\n\n" +
        "\x1b[31m[UNRESOLVED_IMPORT] \x1b[0mCould not resolve './nope.ts' in src/page/bad.ts\n" +
        "   \x1b[38;5;246m╭─[ src/page/bad.ts:1:15 ]\x1b[0m\n 1 │ import x from './nope.ts';\n    at rolldown (file:///x.mjs:1:2)\n",
      "settings",
    ),
    "[UNRESOLVED_IMPORT] Could not resolve './nope.ts' in src/page/bad.ts (settings/src/page/bad.ts:1:15)",
  );
  assert.equal(
    failureOf("error during build:\nError: Cannot find module 'vite'\n    at x\n", "settings"),
    "Error: Cannot find module 'vite'",
  );
  assert.equal(failureOf("Killed\n", "settings"), "Killed");
  assert.equal(failureOf("", "settings"), "no reason given");
});
