import assert from "node:assert/strict";
import type { Engine } from "../../support/engine.ts";
import { testEngine } from "../../support/engine-test.ts";

interface Case {
  readonly name: string;
  readonly settings: readonly string[];
  /** Null: all is well. */
  readonly found: RegExp | null;
}

const DATABASE = "database %I";
const CASES: readonly Case[] = [
  { name: "as PostgreSQL comes, nothing is wrong", settings: [], found: null },
  { name: "DDL may be logged", settings: [`${DATABASE} set log_statement = 'ddl'`], found: null },
  {
    name: "every statement is logged",
    settings: [`${DATABASE} set log_statement = 'ALL'`, `${DATABASE} set log_parameter_max_length = 0`],
    found: /^log_statement is all/,
  },
  {
    name: "slow statements of one role are logged with their parameters",
    settings: ["role authenticator set log_min_duration_statement = '1s'"],
    found: /^statements are logged with their parameters.*\(authenticator\)$/,
  },
  {
    name: "slow statements are logged without parameters",
    settings: [
      `${DATABASE} set log_min_duration_statement = 250`,
      `${DATABASE} set log_parameter_max_length = 0`,
    ],
    found: null,
  },
  {
    name: "a role logs the parameters that the database does not",
    settings: [
      `${DATABASE} set log_statement = 'mod'`,
      `${DATABASE} set log_parameter_max_length = 0`,
      "role service_role set log_parameter_max_length = '1kB'",
    ],
    found: /^statements are logged with their parameters.*\(service_role\)$/,
  },
  {
    name: "a sample of the transactions is logged",
    settings: [`${DATABASE} set log_transaction_sample_rate = 0.01`],
    found: /^statements are logged with their parameters/,
  },
  {
    name: "calls that fail are logged with their parameters",
    settings: [`${DATABASE} set log_parameter_max_length_on_error = -1`],
    found: /^calls that fail/,
  },
  {
    name: "pgaudit logs parameters",
    settings: [
      `${DATABASE} set pgaudit.log = 'read, function'`,
      `${DATABASE} set pgaudit.log_parameter = on`,
    ],
    found: /^pgaudit logs parameters/,
  },
  {
    name: "pgaudit logs statements alone",
    settings: [`${DATABASE} set pgaudit.log = 'ddl, role'`, `${DATABASE} set pgaudit.log_parameter = off`],
    found: null,
  },
  {
    name: "auto_explain logs the parameters of calls that may happen",
    settings: [
      `${DATABASE} set auto_explain.log_min_duration = '2s'`,
      `${DATABASE} set auto_explain.log_parameter_max_length = -1`,
    ],
    found: /^auto_explain logs parameters/,
  },
  {
    name: "auto_explain waits for longer than any call takes, as on hosted Supabase",
    settings: [
      `${DATABASE} set auto_explain.log_min_duration = '10s'`,
      `${DATABASE} set auto_explain.log_parameter_max_length = -1`,
    ],
    found: null,
  },
];

testEngine(
  "setup_check says where tokens may be logged",
  CASES.map(({ name, settings, found }) => ({
    name,
    show: (engine: Engine) => check(engine, settings, found),
  })),
);

/** Settings of roles are the server's: they are rolled back. */
async function check({ sql }: Engine, settings: readonly string[], found: RegExp | null): Promise<void> {
  const connection = await sql.reserve();
  try {
    await connection`begin`;
    const [row] = await connection`select quote_ident(current_database()) as name`;
    const alter = (setting: string) =>
      connection.unsafe(`alter ${setting.replace("%I", String(row?.["name"]))}`);
    for (const setting of settings) await alter(setting);
    const [finding] = await connection`
      select ok, found, severity, how_to_mend from calendar_admin.setup_check()
      where check_name = 'what the database logs'`;
    assert.equal(finding?.["ok"], found === null, String(finding?.["found"]));
    if (found === null) return;
    assert.match(finding?.["found"], found);
    assert.equal(finding?.["severity"], "warning");
    // What it says mends it.
    await connection.unsafe(finding?.["how_to_mend"]);
    const [mended] = await connection`select ok, found from calendar_admin.check_logging()`;
    assert.equal(mended?.["ok"], true, String(mended?.["found"]));
  } finally {
    await connection`rollback`;
    connection.release();
  }
}
