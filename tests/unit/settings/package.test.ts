import assert from "node:assert/strict";
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
    "--mode=package",
    "--sourcemap",
    "--logLevel=error",
    `--outDir=${folder}`,
  ]);
  await run("typescript/bin/tsc", ["-p", "tsconfig.package.json", "--outDir", folder]);
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
      assert.ok(files.length >= 3);
      for (const file of files) {
        assert.ok(file.startsWith(BUILT), file);
        assert.ok((await Deno.stat(`${folder}/${file.slice(BUILT.length)}`)).size > 0, file);
      }
    });

    await t.step("tells a host's TypeScript what CalendarSettings takes", async () => {
      const host = await Deno.makeTempDir({ dir: `${SETTINGS}/dist` });
      try {
        await Deno.writeTextFile(
          `${host}/host.tsx`,
          `import { createClient } from "@supabase/supabase-js";
           import { CalendarSettings, ENGLISH, SettingsTabs } from "${folder}/index.js";
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
