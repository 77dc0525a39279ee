import { MANIFEST_PATH } from "./manifest.ts";
import type { Plan } from "./plan.ts";
import { CONFIG_PATH } from "./plan-config.ts";
import type { FileChange } from "./plan-files.ts";
import { ENV_EXAMPLE_PATH, ENV_FILE_PATH, type Product } from "./product.ts";

/** The changes of a run, for people. New files are counted by folder; what is changed, deleted or kept is named. */
export function describePlan(plan: Plan): string {
  const { files, config, adapter } = plan;
  const of = (kind: FileChange["kind"]) =>
    files.filter((change) => change.kind === kind).map(({ path }) => path);
  const sections = (kind: "append" | "update") =>
    config.changes.filter((change) => change.kind === kind).map(({ name }) => `[functions.${name}]`);
  const added = countByFolder(of("create"));
  const lines = [
    ...added.map(([folder, count]) => count === 1 ? `+ ${folder}` : `+ ${folder}/  (${count} files)`),
    ...(adapter === null ? [] : [`+ ${adapter.path}  (watches your table; read it)`]),
    ...(sections("append").length === 0 ? [] : [`~ ${CONFIG_PATH}  + ${sections("append").join(", ")}`]),
    ...(sections("update").length === 0 ? [] : [`~ ${CONFIG_PATH}  ~ ${sections("update").join(", ")}`]),
    ...of("update").map((path) => `~ ${path}`),
    ...of("delete").map((path) => `- ${path}`),
    `~ ${MANIFEST_PATH}`,
  ];
  return lines.join("\n");
}

/** What stays as the host made it, and how the new version of it is taken; empty where nothing does. */
export function describeKept(plan: Plan): string {
  const files = plan.files.flatMap((change) =>
    change.kind !== "kept" ? [] : [
      `  ${change.path}  (${change.how} by you${
        change.is_behind ? `; new version: --take ${change.path}` : ""
      })`,
    ]
  );
  const sections = plan.config.changes.flatMap((change) =>
    change.kind !== "kept" ? [] : [
      `  [functions.${change.name}] in ${CONFIG_PATH}  (${change.how} by you; ours: --take ${CONFIG_PATH})`,
    ]
  );
  const lines = [...files, ...sections];
  return lines.length === 0 ? "" : ["Left as you made it:", ...lines].join("\n");
}

/**
 * What comes after.
 *
 * @param doctor the command that starts it
 */
export function describeNext(product: Product, doctor: string): string {
  const names = product.sections.map(({ name }) => name).join(" ");
  return `Next, in that folder, linked to your project (npx supabase link --project-ref <ref>). This needs Supabase CLI 3.1 or later
(npx supabase --version). Fill in ${ENV_FILE_PATH} as ${ENV_EXAMPLE_PATH} says.
  npx supabase db push --remote --include-all
  npx supabase secrets set --env-file ${ENV_FILE_PATH}
  npx supabase functions deploy ${names} --use-api
Then, the first time, in the SQL editor; do not save the query, since it contains the secret:
  select calendar_admin.set_worker(
    url => 'https://<ref>.supabase.co/functions/v1/calendar-sync', secret => '<CALENDAR_SYNC_SECRET>');
Back here, the doctor says whether anything is missing:
  ${doctor} --database-url <connection string>`;
}

/** Paths by the first folders that tell them apart: a migration is named, a function is a folder. */
function countByFolder(paths: readonly string[]): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const path of paths) {
    const folder = /^supabase\/functions\/[^/]+(?=\/)/.exec(path)?.[0] ?? path;
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  return [...counts];
}
