// `npm run add -- <folder of a Supabase project>`: brings the product into an existing project, or up to date there.
import process from "node:process";
import { add } from "./add/run.ts";
import { writeFunctionBundles } from "./bundle/functions.ts";

try {
  if (process.argv.includes("--bundled")) await writeFunctionBundles();
  await add(process.argv.slice(2), {
    add: "npm run add --",
    doctor: "npm run doctor --",
  });
} catch (error: unknown) {
  console.error(`npm run add: ${error instanceof Error ? error.message : "failed"}`);
  process.exitCode = 1;
}
