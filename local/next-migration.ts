import { extract } from "@supabase/pg-delta/extract";
import {
  encodeId,
  type FactBase,
  type Plan,
  plan,
  type Policy,
  renderPlanFiles,
  type StableId,
} from "@supabase/pg-delta";
import pg from "pg";
import { createSchemaDatabase, OLD_DEFAULT_PRIVILEGES, runAsPostgres } from "./postgres/schema-database.ts";
import { renderViewComments } from "./view-comments.ts";
import { renderWatching } from "./watching.ts";

/** A file with SQL. */
export interface SqlFile {
  readonly name: string;
  readonly sql: string;
}

const NOTE =
  `-- Made by npm run generate: what leads from the migrations before to supabase/schemas. Read it before it is released: rows are not
-- compared, so what fills or changes them is a migration of its own.

-- It fails, and may be repeated, rather than wait for a lock while everybody waits behind it.
set local lock_timeout = '5s';
`;

/** What leads from the migrations before to the schema files. */
export interface NextMigration {
  readonly sql: string;
  /** What it changes although not every project has it, or has it as we made it. */
  readonly not_everywhere: readonly string[];
}

const NOT_COMPARED: Policy = {
  id: "not-compared",
  filter: [
    // Its rights as the owner go without saying, and PostgreSQL before 17 has no MAINTAIN to grant.
    {
      match: { all: [{ kind: "acl" }, { idField: { field: "grantee", glob: "postgres" } }] },
      action: "exclude",
    },
    // What calendar_sync.watch makes, which renderWatching compares.
    { match: { all: [{ schema: "calendar_sync" }, { name: "on_change_*" }] }, action: "exclude" },
    { match: { target: { schema: "calendar_sync", name: "on_change_*" } }, action: "exclude" },
    { match: { all: [{ kind: "trigger" }, { name: "calendar_sync_*" }] }, action: "exclude" },
  ],
};
/** What a host makes for its own table, or `calendar_sync.watch` for it, under the names that ours has. */
const MADE_BY_HOSTS: readonly string[] = ["accept_proposal", "deadline_of", "deadlines"];

/**
 * The migration that leads from a database with some migrations to what the schema files make. PostgreSQL compares: both are run.
 *
 * @param server_url a superuser's of a server with the extensions, which gets two databases
 * @param migrations released ones and others, in their order
 * @param schemas the schema files, in theirs
 * @returns null where nothing differs
 * @throws Error where one of them fails, or where a statement needs a migration of its own
 */
export async function renderNextMigration(
  server_url: string,
  migrations: readonly SqlFile[],
  schemas: readonly SqlFile[],
): Promise<NextMigration | null> {
  const run = crypto.randomUUID().replaceAll("-", "_");
  // Where nothing new is granted by itself, taking it back would be no difference.
  const texts = (files: readonly SqlFile[]) => [OLD_DEFAULT_PRIVILEGES, ...files.map(({ sql }) => sql)];
  const before = await createSchemaDatabase(server_url, `before_${run}`, texts(migrations));
  const wanted = await createSchemaDatabase(server_url, `wanted_${run}`, texts(schemas));
  const steps = plan(await factsOf(before), await factsOf(wanted), { policy: NOT_COMPARED });
  const changes = renderChanges(steps);
  if (changes !== null) await runAsPostgres(before, [changes]);
  const parts = [
    changes ?? "",
    await renderWatching(before, wanted),
    await renderViewComments(before, wanted),
  ].filter((part) => part !== "");
  if (parts.length === 0) return null;
  return {
    sql: [NOTE, ...parts].join("\n"),
    not_everywhere: [...new Set(subjectsOf(steps).filter((id) => !isEverywhere(id)).map(encodeId))],
  };
}

/** The statements of a plan; null where there is nothing to do. */
function renderChanges(steps: Plan): string | null {
  const { changes, files } = renderPlanFiles(steps, { allowDrops: true });
  if (!changes) return null;
  const [file, ...others] = files;
  if (file === undefined || others.length > 0 || !file.transactional) {
    throw new Error("Some of the changes cannot be made in one transaction: write their migration by hand.");
  }
  return `${warningsOf(steps)}${file.contents.trim()}\n`;
}

/** What a plan changes, and what has to be made anew for that. */
function subjectsOf({ deltas, actions }: Plan): readonly StableId[] {
  return [
    ...deltas.flatMap((delta) => "fact" in delta ? [delta.fact.id] : "id" in delta ? [delta.id] : []),
    ...actions.flatMap(({ produces, destroys }) => [...produces, ...destroys]),
  ];
}

/** Whether every project has it as we made it: not the default table, nor what a host makes for its own. */
function isEverywhere(id: StableId): boolean {
  if ("target" in id) return isEverywhere(id.target);
  if (!("schema" in id)) return true;
  const name = "table" in id ? id.table : "name" in id ? id.name : "";
  return id.schema === "public"
    ? !name.startsWith("obligations")
    : id.schema !== "calendar_sync" || !MADE_BY_HOSTS.includes(name);
}

/** What a reader has to decide on: rows that are lost, and tables that are written anew while nobody may use them. */
function warningsOf({ actions }: Plan): string {
  const lines = actions.flatMap(({ sql, dataLoss, rewriteRisk }) => {
    const [statement] = sql.split("\n");
    if (/^DROP (?:VIEW|FUNCTION|TRIGGER|POLICY|INDEX) /.test(sql)) return [];
    if (dataLoss === "destructive") return [`-- Loses what is there: ${statement}`];
    return rewriteRisk ? [`-- May write the whole table anew under a lock: ${statement}`] : [];
  });
  return lines.length === 0 ? "" : `${lines.join("\n")}\n\n`;
}

async function factsOf(url: string): Promise<FactBase> {
  const pool = new pg.Pool({ connectionString: url, max: 2 });
  try {
    return (await extract(pool)).factBase;
  } finally {
    await pool.end();
  }
}
