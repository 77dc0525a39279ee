import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { build, type Metafile, stop } from "esbuild";
import { z } from "zod";
import { ROOT } from "../paths.ts";
import { NODE_BUNDLE } from "./node-bundle.ts";

/** The package's command, below the root: `bin` of package.json. */
const COMMAND_PATH = "dist/command.mjs";
/** The licences of what is in it. */
const COMMAND_LICENCES_PATH = "dist/command-licences.txt";

/**
 * Bundles the package's command, so that it runs with Node alone.
 *
 * @returns texts by path below the root
 * @throws Error with esbuild's reason, or where a package in it has no licence
 */
export async function bundleCommand(): Promise<ReadonlyMap<string, string>> {
  try {
    const { outputFiles, metafile } = await build({
      ...NODE_BUNDLE,
      entryPoints: ["local/command.ts"],
      outfile: COMMAND_PATH,
      target: "node20",
      metafile: true,
    });
    const code = outputFiles.find(({ path }) => path.endsWith(COMMAND_PATH))?.text ?? "";
    return new Map([[COMMAND_PATH, `#!/usr/bin/env node\n${code}`], [
      COMMAND_LICENCES_PATH,
      await licencesOf(metafile),
    ]]);
  } finally {
    await stop();
  }
}

/** These ask for nothing to be kept. */
const WITHOUT_NOTICE = new Set(["0BSD", "Unlicense"]);
const Package = z.object({ license: z.string() });

/** The licence texts of the packages in a bundle: they ask for their notice to be kept. */
async function licencesOf({ inputs }: Metafile): Promise<string> {
  const packages = new Set(
    Object.keys(inputs).flatMap((path) => /^node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []),
  );
  const texts = await Promise.all(
    [...packages].sort().map(async (folder) =>
      `${folder.replace("node_modules/", "")}\n\n${(await licenceOf(join(ROOT, folder))).trim()}\n`
    ),
  );
  return texts.join(`\n${"-".repeat(80)}\n\n`);
}

async function licenceOf(folder: string): Promise<string> {
  const name = (await readdir(folder)).find((name) => /^(licen[cs]e|copying)/i.test(name));
  if (name !== undefined) return await readFile(join(folder, name), "utf8");
  const { license } = Package.parse(JSON.parse(await readFile(join(folder, "package.json"), "utf8")));
  if (!WITHOUT_NOTICE.has(license)) throw new Error(`${folder} has no text of its licence, ${license}.`);
  return license;
}
