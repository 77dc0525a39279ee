import assert from "node:assert/strict";
import { ROOT } from "../../../local/paths.ts";
import { testEngine } from "../../support/engine-test.ts";
import { textFiles } from "../../support/text-files.ts";

/** Pages whose statements other tests run, from the first to the last. */
const RUN_ELSEWHERE: readonly string[] = [
  "docs/deploy/deploy.md",
  "docs/deploy/install.md",
  "docs/embed/adapt.md",
];
/** Of a database: not, for example, of the Logs Explorer. */
const OF_A_DATABASE = /\b(calendar_admin|calendar_sync|public|net)\.|\bset_config\(/;
const STATEMENT = /^(select|update|delete from) .*[.(]/s;

/** The statements of a page, in its text and in its blocks, with an id where a reader puts one in. */
function statementsOf(page: string): readonly string[] {
  const blocks = [...page.matchAll(/^```sql\n([\s\S]*?)^```/gm)].flatMap(([, block = ""]) =>
    block.split(";")
  );
  const in_text = [...page.replace(/^```[\s\S]*?^```/gm, "").matchAll(/`([^`]+)`/g)].map(([, text = ""]) =>
    text
  );
  return [...blocks, ...in_text]
    .map((text) => text.replace(/;$/, "").trim())
    .filter((text) => STATEMENT.test(text) && OF_A_DATABASE.test(text))
    .map((text) => text.replace(/'(<[^>']*>|…)'/g, `'${crypto.randomUUID()}'`));
}

testEngine("the pages", [
  {
    name: "every statement that a page shows is one that the database takes",
    async show({ sql }) {
      const found: string[] = [];
      for await (const { path, content } of textFiles(ROOT, "docs")) {
        if (!path.endsWith(".md") || RUN_ELSEWHERE.includes(path)) continue;
        for (const statement of statementsOf(content)) {
          found.push(statement);
          // EXPLAIN parses and plans, and calls nothing.
          await sql.unsafe(`explain ${statement}`).catch((error: unknown) =>
            assert.fail(`${path}: ${statement}: ${error instanceof Error ? error.message : error}`)
          );
        }
      }
      assert.ok(found.length > 25, `only ${found.length} were found`);
    },
  },
  {
    name: "a statement about something that is not there is noticed",
    async show({ sql }) {
      const [statement = ""] = statementsOf("See `select * from calendar_sync.nothing where id = '<id>'`.");
      assert.match(statement, /'[0-9a-f-]{36}'$/);
      await assert.rejects(sql.unsafe(`explain ${statement}`), /does not exist/);
    },
  },
]);
