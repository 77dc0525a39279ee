// Run by `npm pack`: writes the package's command, and the bundles that it brings.
import { join } from "node:path";
import { bundleCommand } from "./bundle/command.ts";
import { writeFunctionBundles } from "./bundle/functions.ts";
import { ROOT } from "./paths.ts";
import { writeWhole } from "./write-whole.ts";

await writeFunctionBundles();
for (const [path, text] of await bundleCommand()) await writeWhole(join(ROOT, path), text);
Deno.exit(0);
