import assert from "node:assert/strict";
import postcss from "postcss";
import { z } from "zod";
import { ROOT } from "../../../local/paths.ts";

const SETTINGS = `${ROOT}/settings`;
const BUILT = "./dist/package/";

const Manifest = z.object({
  exports: z.record(z.string(), z.union([z.string(), z.record(z.string(), z.string())])),
  peerDependencies: z.record(z.string(), z.string()),
  dependencies: z.record(z.string(), z.string()),
});
const SourceMap = z.object({ sources: z.array(z.string()) });

/** The package, built as `npm run package -w settings` does, elsewhere. */
async function built(folder: string): Promise<void> {
  await run("vite/bin/vite.js", [
    "build",
    "--config=vite.package.config.ts",
    "--sourcemap",
    "--logLevel=error",
    `--outDir=${folder}`,
  ]);
}

async function run(program: string, args: readonly string[]): Promise<void> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-all", `${ROOT}/node_modules/${program}`, ...args],
    cwd: SETTINGS,
    env: { NODE_ENV: "production" },
  }).output();
  const decoder = new TextDecoder();
  assert.ok(success, `${program}:\n${decoder.decode(stdout)}${decoder.decode(stderr)}`);
}

async function* filesBelow(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) yield* filesBelow(`${folder}/${name}`);
    else yield `${folder}/${name}`;
  }
}

Deno.test("the package of the component", async (t) => {
  await Deno.mkdir(`${SETTINGS}/dist`, { recursive: true });
  // Inside of the repository, so that what it imports is found.
  const folder = await Deno.makeTempDir({ dir: `${SETTINGS}/dist` });
  const manifest = Manifest.parse(JSON.parse(await Deno.readTextFile(`${SETTINGS}/package.json`)));
  const named = Object.keys({ ...manifest.peerDependencies, ...manifest.dependencies });
  try {
    await built(folder);

    await t.step("has every file that it exports", async () => {
      const files = Object.values(manifest.exports).flatMap((entry) =>
        typeof entry === "string" ? [entry] : Object.values(entry)
      );
      const built = files.filter((file) => file !== "./package.json");
      assert.ok(built.length >= 4);
      for (const file of built) {
        assert.ok(file.startsWith(BUILT), file);
        assert.ok((await Deno.stat(`${folder}/${file.slice(BUILT.length)}`)).size > 0, file);
      }
    });

    await t.step("tells a host's TypeScript what CalendarSettings takes", async () => {
      const host = await Deno.makeTempDir({ dir: `${SETTINGS}/dist` });
      try {
        await Deno.writeTextFile(
          `${host}/host.tsx`,
          `import { CalendarSettings, ENGLISH, SettingsTabs } from "${folder}/index.js";
           import { createClient } from "@supabase/supabase-js";
           const supabase = createClient("https://project.example", "key");
           export const settings = <CalendarSettings supabase={supabase} strings={{ ...ENGLISH, heading: "Kalender" }} />;
           export const tabs = <SettingsTabs supabase={supabase} hide={["general", "api_keys"]} />;
           // @ts-expect-error there is no such tab
           export const unknown = <SettingsTabs supabase={supabase} hide={["billing"]} />;
           // @ts-expect-error a client is needed
           export const without = <CalendarSettings />;`,
        );
        const options = ["--jsx", "react-jsx", "--module", "esnext", "--moduleResolution", "bundler"];
        await run("typescript/bin/tsc", [
          ...options,
          "--strict",
          "--noEmit",
          "--skipLibCheck",
          "--types",
          "react",
          `${host}/host.tsx`,
        ]);
      } finally {
        await Deno.remove(host, { recursive: true });
      }
    });

    await t.step("brings no types that nobody can see", async () => {
      const types = (await Array.fromAsync(filesBelow(folder))).filter((path) => path.endsWith(".d.ts"));
      assert.ok(types.length > 0 && types.length < 15, types.join("\n"));
      for (const path of types) {
        assert.doesNotMatch(await Deno.readTextFile(path), /from "[^"]+\.(ts|tsx|css)"/, path);
      }
    });

    await t.step("renders on a server, without a page around it", async () => {
      const script = `
        import { createElement } from "react";
        import { renderToString } from "react-dom/server";
        import { CalendarSettings, SettingsTabs } from "${folder}/index.js";
        // A server asks it for nothing.
        const supabase = { auth: {}, functions: {} };
        for (const one of [CalendarSettings, SettingsTabs]) console.log(renderToString(createElement(one, { supabase })));`;
      const { stdout, stderr } = await new Deno.Command("node", {
        args: ["--input-type=module", "--eval", script],
        cwd: SETTINGS,
      }).output();
      const [calendar, tabs] = new TextDecoder().decode(stdout).split("\n");
      const begin = /^<div class="ec-root ec-settings"/;
      assert.match(calendar ?? "", begin, new TextDecoder().decode(stderr));
      assert.match(tabs ?? "", begin);
    });

    await t.step("styles nothing outside of it: every rule is about a class of its own", async () => {
      const sheet = postcss.parse(await Deno.readTextFile(`${folder}/styles.css`));
      const selectors: string[] = [];
      sheet.walkRules(({ parent, selectors: own }) => {
        if (parent?.type !== "atrule" || !("name" in parent) || parent.name !== "keyframes") {
          selectors.push(...own);
        }
      });
      assert.ok(selectors.length > 100);
      assert.deepEqual(selectors.filter((selector) => !/^(a|:is\()?\.ec-/.test(selector)), []);
      const names: string[] = [];
      sheet.walkAtRules(
        /^(keyframes|layer|property)$/,
        ({ params }) => void names.push(...params.split(/, ?/)),
      );
      assert.ok(names.length >= 5);
      assert.deepEqual(names.filter((name) => !/^(--)?ec-/.test(name)), []);
    });

    await t.step("declares nothing that a host could overrule, but variables", async () => {
      const sheet = postcss.parse(await Deno.readTextFile(`${folder}/styles.css`));
      const weak: string[] = [];
      sheet.walkDecls((declaration) => {
        const { prop, important, parent } = declaration;
        const isOurs = parent?.type === "rule" &&
          !("selector" in parent && /^(from|to|\d+%)$/.test(parent.selector));
        if (isOurs && !important && !prop.startsWith("--")) weak.push(`${prop}: ${declaration.value}`);
      });
      assert.deepEqual(weak, ["all: revert-layer"]);
    });

    await t.step("holds nothing but the component, and asks for what its manifest names", async () => {
      const { sources } = SourceMap.parse(JSON.parse(await Deno.readTextFile(`${folder}/index.js.map`)));
      assert.ok(sources.length > 0);
      assert.deepEqual(sources.filter((source) => source.includes("node_modules")), []);
      const script = await Deno.readTextFile(`${folder}/index.js`);
      const imported = [...script.matchAll(/(?:^|;|\n)\s*import\s*(?:[^"';]+from\s*)?"([^".][^"]*)"/g)].map(
        ([, name = ""]) => name,
      );
      assert.ok(imported.includes("react"), imported.join(", "));
      assert.deepEqual(
        imported.filter((name) => !named.some((one) => name === one || name.startsWith(`${one}/`))),
        [],
      );
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
