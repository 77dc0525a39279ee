import assert from "node:assert/strict";
import { join, normalize } from "node:path";
import { z } from "zod";
import { bundleFunctions, BUNDLES_PATH, type FunctionBundle } from "../../../local/bundle/functions.ts";
import { functionNames, type FunctionSource } from "../../../local/functions/function-source.ts";
import { ROOT } from "../../../local/paths.ts";
import { until } from "../../support/calendar-api.ts";
import { openScene } from "../../support/scene.ts";

/** Supabase docs, "Edge Function limits": what is bundled on the server may have so much. */
const SIZE_MAX_BYTES = 5 * 1024 * 1024;

/** Packages' own source maps are none of ours. */
const MAP_COMMENT = /^\/\/# sourceMappingURL=.*$/gm;

const SourceMap = z.object({ sources: z.array(z.string()), sourcesContent: z.array(z.string()) });
const Graph = z.object({
  roots: z.array(z.string()),
  modules: z.array(z.object({
    specifier: z.string(),
    dependencies: z.array(z.object({ code: z.object({ specifier: z.string().optional() }).optional() }))
      .default([]),
  })),
});

Deno.test({
  name: "a bundle of each function is made of its sources, and works without them",
  // The stack's servers and connections outlive a step, and end with the scene.
  sanitizeOps: false,
  sanitizeResources: false,
}, async (t) => {
  const folder = await Deno.makeTempDir({ prefix: "ecocomply-bundles-" });
  try {
    const bundles = await bundleFunctions();

    await t.step("there is one for every function, within the platform's limit", async () => {
      assert.deepEqual(bundles.map(({ name }) => name), await functionNames());
      for (const { name, code } of bundles) {
        const bytes = new TextEncoder().encode(code).length;
        console.log(`${name}: ${Math.round(bytes / 1024)} KiB`);
        assert.ok(bytes < SIZE_MAX_BYTES, name);
      }
    });

    await t.step("made again, they are the same to the byte", async () => {
      assert.ok(isSame(await bundleFunctions(), bundles));
    });

    await t.step("the source map has the text of every source, as it is in the repository", async () => {
      for (const bundle of bundles) {
        for (const [path, text] of sourcesOf(bundle)) {
          const source = await Deno.readTextFile(join(ROOT, path));
          assert.equal(
            path.startsWith("supabase/") ? source : source.replaceAll(MAP_COMMENT, ""),
            text,
            path,
          );
        }
      }
    });

    await t.step(
      "each bundle is made of the modules that Deno loads for the function, and of no other of ours",
      async () => {
        for (const bundle of bundles) {
          const read = bundle.sources.filter((path) => path.startsWith("supabase/"));
          assert.deepEqual(read, await modulesOf(bundle.name));
          assert.deepEqual(
            [...sourcesOf(bundle).keys()].filter((path) => !bundle.sources.includes(path)),
            [],
          );
        }
      },
    );

    await t.step("from the bundles alone, an obligation reaches a calendar and a feed", async () => {
      const functions: FunctionSource[] = [];
      for (const { name, code } of bundles) {
        const entrypoint = join(folder, name, "index.js");
        await Deno.mkdir(join(folder, name));
        await Deno.writeTextFile(entrypoint, code);
        functions.push({ name, entrypoint, flags: ["--no-config", "--no-npm", "--no-remote"] });
      }
      const scene = await openScene("google", {}, { functions });
      try {
        const { id, api, calendar_id } = await scene.connectedUser();
        await scene
          .sql`insert into public.obligations (user_id, title, deadline_date) values (${id}, 'Bundled', '2027-01-01')`;
        await scene.untilTitles(calendar_id, ["Bundled"]);
        const feed = await api.request("POST", "/feeds", { name: "All" });
        const { url } = z.object({ url: z.string() }).parse(await feed.json());
        assert.match(await (await fetch(url)).text(), /SUMMARY:Bundled/);
        const health = () => fetch(`${scene.stack.apiUrl}/functions/v1/calendar-metrics/healthz`);
        const ok = await until(async () => {
          const response = await health();
          return response.ok ? await response.json() : void await response.body?.cancel();
        });
        assert.deepEqual(ok, { status: "ok", failing: [] });
      } finally {
        await scene.close();
      }
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

function isSame(some: readonly FunctionBundle[], others: readonly FunctionBundle[]): boolean {
  return JSON.stringify(some) === JSON.stringify(others);
}

/** Texts of the sources by their path below the root, as the source map has them. */
function sourcesOf({ name, map }: FunctionBundle): ReadonlyMap<string, string> {
  const { sources, sourcesContent } = SourceMap.parse(JSON.parse(map));
  return new Map(
    sources.map((
      source,
      index,
    ) => [normalize(join(BUNDLES_PATH, name, source)), sourcesContent[index] ?? ""]),
  );
}

/** The modules of ours that Deno loads when it runs a function: it does not load those that are imported for their types alone. */
async function modulesOf(name: string): Promise<string[]> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "info",
      "--json",
      `--config=${ROOT}/deno.json`,
      join(ROOT, "supabase/functions", name, "index.ts"),
    ],
  }).output();
  const { roots, modules } = Graph.parse(JSON.parse(new TextDecoder().decode(stdout)));
  const loaded = new Set(roots);
  // A set is walked on to what is added meanwhile.
  for (const specifier of loaded) {
    for (const { code } of modules.find((module) => module.specifier === specifier)?.dependencies ?? []) {
      if (code?.specifier !== undefined) loaded.add(code.specifier);
    }
  }
  const root = `file://${ROOT}/`;
  return [...loaded].filter((specifier) => specifier.startsWith(`${root}supabase/`)).map((specifier) =>
    specifier.slice(root.length)
  ).sort();
}
