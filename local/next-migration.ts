import { extract } from "@supabase/pg-delta/extract";
import { type FactBase, type Plan, plan, type Policy, renderPlanFiles } from "@supabase/pg-delta";
import pg from "pg";
import { createSchemaDatabase, OLD_DEFAULT_PRIVILEGES, runAsPostgres } from "./postgres/schema-database.ts";
import { renderViewComments } from "./view-comments.ts";

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

/** Its rights as the owner go without saying, and PostgreSQL before 17 has no MAINTAIN to grant. */
const WITHOUT_OWNER: Policy = {
  id: "without-owner",
  filter: [{
    match: { all: [{ kind: "acl" }, { idField: { field: "grantee", glob: "postgres" } }] },
    action: "exclude",
  }],
};

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
): Promise<string | null> {
  const run = crypto.randomUUID().replaceAll("-", "_");
  // Where nothing new is granted by itself, taking it back would be no difference.
  const texts = (files: readonly SqlFile[]) => [OLD_DEFAULT_PRIVILEGES, ...files.map(({ sql }) => sql)];
  const before = await createSchemaDatabase(server_url, `before_${run}`, texts(migrations));
  const wanted = await createSchemaDatabase(server_url, `wanted_${run}`, texts(schemas));
  const changes = renderChanges(await factsOf(before), await factsOf(wanted));
  if (changes !== null) await runAsPostgres(before, [changes]);
  const parts = [changes ?? "", await renderViewComments(before, wanted)].filter((part) => part !== "");
  return parts.length === 0 ? null : [NOTE, ...parts].join("\n");
}

/** The statements that lead from one to the other; null where nothing differs. */
function renderChanges(source: FactBase, desired: FactBase): string | null {
  const steps = plan(source, desired, { policy: WITHOUT_OWNER });
  const { changes, files } = renderPlanFiles(steps, { allowDrops: true });
  if (!changes) return null;
  const [file, ...others] = files;
  if (file === undefined || others.length > 0 || !file.transactional) {
    throw new Error("Some of the changes cannot be made in one transaction: write their migration by hand.");
  }
  return `${warningsOf(steps)}${file.contents.trim()}\n`;
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
