import { isDeepStrictEqual } from "node:util";
import { adapterMigration, adapterMigrationName } from "./adapter-migration.ts";
import { type Host } from "./host.ts";
import { type Manifest, MANIFEST_PATH, renderManifest } from "./manifest.ts";
import type { AdapterOptions, AddOptions } from "./options.ts";
import { CONFIG_PATH, type ConfigPlan, planConfig } from "./plan-config.ts";
import { type FileChange, filesAfter, isMigration, planFiles } from "./plan-files.ts";
import { DEFAULT_TABLE_MIGRATION, type Product } from "./product.ts";

/** Everything that a run does to a host. */
export interface Plan {
  readonly files: readonly FileChange[];
  readonly config: ConfigPlan;
  /** The migration with the host's adapter; null where none is to be written. */
  readonly adapter: { readonly path: string; readonly text: string } | null;
  /** The text of the manifest afterwards. */
  readonly manifest: string;
  /** Whether anything is written. */
  readonly changes_anything: boolean;
}

/**
 * Decides what is brought, and refuses what cannot be.
 *
 * @param now the time, by which the host's own migration is dated
 * @throws Error with what is in the way, and what to do
 */
export async function makePlan(
  product: Product,
  host: Host,
  options: Pick<AddOptions, "take" | "adapter">,
  now: Date,
): Promise<Plan> {
  const before = host.manifest ??
    { version: product.version, form: product.form, files: {}, config: {}, adapters: [] };
  refuseOlder(product.version, before.version);
  const was_default = Object.keys(before.files).some((path) => DEFAULT_TABLE_MIGRATION.test(path));
  const adapter = planAdapter(product, host, options.adapter, before.adapters, was_default, now);
  const adapters = adapter === null ? before.adapters : [...before.adapters, adapter.entry];
  const ours = filesFor(product, host, { has_adapter: adapters.length > 0, was_default });
  const theirs = new Map<string, string>();
  for (const path of new Set([...ours.keys(), ...Object.keys(before.files)])) {
    const text = await host.read(path);
    if (text !== null) theirs.set(path, text);
  }
  const files = planFiles({ ours, theirs, brought: before.files, take: options.take });
  const config = planConfig({
    text: host.config,
    sections: product.sections,
    brought: before.config,
    is_taken: options.take.includes(CONFIG_PATH),
  });
  refuseUnknownTakes(options.take, ours);
  refuseClashes(files, config, before.config);
  refuseRewrittenMigrations(files);
  refuseSameDates(host, ours);
  refuseUncommitted(host, files, config);
  const manifest = renderManifest({
    version: product.version,
    form: product.form,
    files: filesAfter(files, ours, before.files),
    config: config.hashes,
    adapters: [...adapters],
  });
  return {
    files,
    config,
    adapter,
    manifest,
    changes_anything: manifest !== await host.read(MANIFEST_PATH) || config.text !== host.config ||
      adapter !== null ||
      files.some(({ kind }) => kind === "create" || kind === "update" || kind === "delete"),
  };
}

/** What this host gets: the default table only where it has no obligations of its own. */
function filesFor(
  product: Product,
  host: Host,
  { has_adapter, was_default }: { readonly has_adapter: boolean; readonly was_default: boolean },
): ReadonlyMap<string, string> {
  const ours = new Map(product.files);
  if (!was_default) {
    const is_hosts = ([path]: readonly [string, string]) => !ours.has(path);
    const own = [...host.migrations].filter(is_hosts);
    if (has_adapter || own.some(([, sql]) => DEFINES_ADAPTER.test(withoutComments(sql)))) {
      for (const path of product.files.keys()) if (DEFAULT_TABLE_MIGRATION.test(path)) ours.delete(path);
    } else {
      const [making] = own.find(([, sql]) => MAKES_OBLIGATIONS.test(withoutComments(sql))) ?? [];
      if (making !== undefined) {
        throw new Error(
          `Your project has a table public.obligations (${making}). Say what its columns mean: --obligations public.obligations ` +
            "--id <column> --user <column> --title <column> --date <column>; --help names them all.",
        );
      }
    }
  }
  return ours;
}

const MAKES_OBLIGATIONS =
  /create\s+(?:unlogged\s+)?table\s+(?:if\s+not\s+exists\s+)?(?:"?public"?\s*\.\s*)?"?obligations"?\s*(?:\(|as\b|partition\b|of\b)/i;
const DEFINES_ADAPTER = /function\s+"?calendar_sync"?\s*\.\s*"?deadline_of"?/i;

function withoutComments(sql: string): string {
  return sql.replaceAll(/--[^\n]*|\/\*[\s\S]*?\*\//g, " ");
}

function planAdapter(
  product: Product,
  host: Host,
  options: AdapterOptions | null,
  earlier: Manifest["adapters"],
  has_default_table: boolean,
  now: Date,
): { readonly path: string; readonly text: string; readonly entry: Manifest["adapters"][number] } | null {
  if (options === null) return null;
  const last = earlier.findLast((adapter) => adapter.options.table === options.table);
  if (last !== undefined && isDeepStrictEqual(last.options, options)) return null;
  const latest = new Map(earlier.map((adapter) => [adapter.options.table, adapter.options]));
  latest.delete(options.table);
  const versions = [...host.migrations.keys(), ...product.files.keys()].filter(isMigration).map(versionOf);
  const path = `supabase/migrations/${versionAfter(versions, now)}_${
    adapterMigrationName(options.table)
  }.sql`;
  return {
    path,
    text: adapterMigration(options, {
      earlier: last?.options ?? null,
      others: [...latest.values()],
      has_default_table,
    }),
    entry: { migration: path, options },
  };
}

/** A migration's version, as the Supabase CLI reads it. */
function versionOf(path: string): string {
  return /\/(\d+)_[^/]*$/.exec(path)?.[1] ?? "";
}

/** A version later than all others: the adapter needs the host's table and the calendar's schema. */
function versionAfter(versions: readonly string[], now: Date): string {
  const present = now.toISOString().replaceAll(/\D/g, "").slice(0, 14);
  const latest = versions.toSorted().at(-1) ?? "";
  return latest < present ? present : String(BigInt(latest) + 1n).padStart(latest.length, "0");
}

function refuseOlder(version: string, installed: string): void {
  const parts = (text: string) => text.split(/[.-]/).slice(0, 3).map(Number);
  const [ours, theirs] = [parts(version), parts(installed)];
  const at = ours.findIndex((part, index) => part !== theirs[index]);
  if (at >= 0 && (ours[at] ?? 0) < (theirs[at] ?? 0)) {
    throw new Error(
      `The project has version ${installed}, and this is ${version}: an older version is not brought over a newer one.`,
    );
  }
}

function refuseUnknownTakes(take: readonly string[], ours: ReadonlyMap<string, string>): void {
  const unknown = take.filter((path) => path !== CONFIG_PATH && !ours.has(path));
  if (unknown.length > 0) throw new Error(`--take: ${unknown.join(", ")} is no file of EcoComply calendar.`);
}

function refuseClashes(
  files: readonly FileChange[],
  config: ConfigPlan,
  brought: Readonly<Record<string, string>>,
): void {
  const clashes = [
    ...files.filter(({ kind }) => kind === "clash").map(({ path }) => path),
    ...config.changes.filter(({ kind, name }) => kind === "kept" && brought[name] === undefined)
      .map(({ name }) => `[functions.${name}] in ${CONFIG_PATH}`),
  ];
  if (clashes.length === 0) return;
  throw new Error(
    `Your project has something else where this belongs:\n${
      clashes.map((path) => `  ${path}`).join("\n")
    }\n` +
      "Rename yours, or have it replaced: --take <path>.",
  );
}

function refuseRewrittenMigrations(files: readonly FileChange[]): void {
  const rewritten = files.filter(({ kind }) => kind === "rewritten").map(({ path }) => path);
  if (rewritten.length === 0) return;
  throw new Error(
    `These migrations differ from those that were brought before:\n${
      rewritten.map((path) => `  ${path}`).join("\n")
    }\n` +
      "A migration of a release never changes, so one of the two is no release. A database that has applied the old ones has to be " +
      "made anew (npx supabase db reset); then take the new ones: --take <path>.",
  );
}

function refuseSameDates(host: Host, ours: ReadonlyMap<string, string>): void {
  for (const path of host.migrations.keys()) {
    if (ours.has(path)) continue;
    const same = [...ours.keys()].find((own) => isMigration(own) && versionOf(own) === versionOf(path));
    if (same !== undefined) {
      throw new Error(
        `Your migration ${path} has the date of ${same}, and the Supabase CLI tells migrations apart by their dates alone. ` +
          "Rename yours, and run npx supabase migration repair where it is applied.",
      );
    }
  }
}

/** What is overwritten has to be in version control: nothing else could bring it back. */
function refuseUncommitted(host: Host, files: readonly FileChange[], config: ConfigPlan): void {
  const written = [
    ...files.filter(({ kind }) => kind === "update" || kind === "delete").map(({ path }) => path),
    ...(config.text === host.config ? [] : [CONFIG_PATH]),
  ].filter((path) => host.uncommitted.includes(path));
  if (written.length === 0) return;
  throw new Error(
    `Commit or stash first, since this run changes them:\n${written.map((path) => `  ${path}`).join("\n")}`,
  );
}
