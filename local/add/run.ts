import { realpath } from "node:fs/promises";
import { createInterface } from "node:readline/promises";
import process from "node:process";
import { ROOT } from "../paths.ts";
import { applyPlan } from "./apply.ts";
import { describeKept, describeNext, describePlan } from "./describe.ts";
import { readHost } from "./host.ts";
import { parseAddOptions, usage } from "./options.ts";
import { makePlan } from "./plan.ts";
import { readProduct } from "./product.ts";

/**
 * `npm run add`: brings the product into a Supabase project, or up to date there.
 *
 * @param args the command line
 * @param commands as they are typed before their arguments: this one, and the doctor's
 * @throws Error with what is in the way; nothing was changed then
 */
export async function add(
  args: readonly string[],
  commands: { readonly add: string; readonly doctor: string },
): Promise<void> {
  const options = parseAddOptions(args);
  if (options === null) return console.log(usage(commands.add));
  const host = await readHost(options.folder);
  if (await realpath(host.folder) === await realpath(ROOT)) {
    throw new Error("This folder is EcoComply calendar itself. Name the folder of your own project.");
  }
  const product = await readProduct(ROOT, options.form ?? host.manifest?.form ?? "source");
  const installed = host.manifest?.version ?? null;
  console.log(
    `EcoComply calendar ${product.version} for ${host.folder}, which has ${installed ?? "none of it yet"}.\n`,
  );
  const plan = await makePlan(product, host, options, new Date());
  const kept = describeKept(plan);
  if (!plan.changes_anything) {
    console.log("Nothing to change: everything is as this version brings it.");
    if (kept !== "") console.log(`\n${kept}`);
    return;
  }
  console.log(describePlan(plan));
  if (kept !== "") console.log(`\n${kept}`);
  if (options.dry_run) return console.log("\nNothing was changed: this was a dry run.");
  if (!options.yes && !await isWanted()) return console.log("\nNothing was changed.");
  await applyPlan(host.folder, plan);
  console.log(`\nDone.\n\n${describeNext(product, commands.doctor)}`);
}

async function isWanted(): Promise<boolean> {
  if (!process.stdin.isTTY) throw new Error("Nobody is there to ask: add --yes, or --dry-run to look only.");
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^y(es)?$/i.test((await terminal.question("\nMake these changes? [y/N] ")).trim());
  } finally {
    terminal.close();
  }
}
