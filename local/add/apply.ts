import { rm } from "node:fs/promises";
import { join } from "node:path";
import { writeWhole } from "../write-whole.ts";
import { MANIFEST_PATH } from "./manifest.ts";
import type { Plan } from "./plan.ts";
import { CONFIG_PATH } from "./plan-config.ts";

/**
 * Makes the changes. The manifest comes last: a run that was interrupted is completed by the next one, which finds the files as
 * it would write them.
 */
export async function applyPlan(folder: string, plan: Plan): Promise<void> {
  for (const change of plan.files) {
    if (change.kind === "create" || change.kind === "update") {
      await writeWhole(join(folder, change.path), change.text);
    }
    if (change.kind === "delete") await rm(join(folder, change.path));
  }
  if (plan.adapter !== null) await writeWhole(join(folder, plan.adapter.path), plan.adapter.text);
  await writeWhole(join(folder, CONFIG_PATH), plan.config.text);
  await writeWhole(join(folder, MANIFEST_PATH), plan.manifest);
}
