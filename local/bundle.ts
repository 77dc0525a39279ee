// `npm run bundle`: each function with all that it imports in one file, and its source map beside it. Prints their sizes.
import { BUNDLES_PATH, writeFunctionBundles } from "./bundle/functions.ts";

const kib = (text: string) => `${Math.round(new TextEncoder().encode(text).length / 1024)} KiB`;

for (const { name, code, map } of await writeFunctionBundles()) {
  console.log(`${BUNDLES_PATH}/${name}/index.js  ${kib(code)}, its source map ${kib(map)}`);
}
Deno.exit(0);
