import assert from "node:assert/strict";
import { join } from "node:path";
import postgres from "postgres";
import { z } from "zod";
import { installExtensions } from "../../../local/extensions/install.ts";
import { functionNames } from "../../../local/functions/function-source.ts";
import { ROOT } from "../../../local/paths.ts";
import { bootstrap } from "../../../local/postgres/bootstrap.ts";
import { startPostgres } from "../../../local/postgres/server.ts";
import { examplesOf, examplesUnder } from "../../support/doc-examples.ts";
import { checkOwnPath } from "../../support/own-path.ts";
import { openScene } from "../../support/scene.ts";
import { startManagementApi } from "../deploy/management-api.ts";
import { REF, shell, TOKEN } from "../deploy/shell.ts";
import { createHostProject } from "./host-project.ts";

const PAGE = "docs/deploy/install.md";
const DUTIES = `create schema app;
create table app.duties (id uuid primary key default gen_random_uuid(), owner_id uuid, name text, due_on date);
create index on app.duties (owner_id, id);`;

const Worker = z.object({
  default: z.object({
    fetch: z.custom<(request: Request) => Promise<Response>>((value) => typeof value === "function"),
  }),
});

/** In a clone, with a project whose answer is yes. */
const NPM_RUN_ADD = (project: string) => `
  npm() {
    case "$2" in
      add) shift 3; node "${join(ROOT, "local/run.mjs")}" local/add.ts "$@" --yes ;;
      doctor) ;;
    esac
  }
  cd "${project}"
`;

Deno.test({
  name: "the commands of docs/deploy/install.md bring the calendar into a project",
  // The database server and the stand-in outlive a step, and end with the test.
  sanitizeOps: false,
  sanitizeResources: false,
}, async (t) => {
  const examples = await examplesOf(PAGE);
  const host = await createHostProject();
  const folder = await Deno.makeTempDir({ prefix: "ecocomply-install-" });
  const api = startManagementApi({ ref: REF, token: TOKEN, uploads: join(folder, "uploads") });
  const server = await startPostgres({ log: () => {} });
  const sql = postgres(server.url, { max: 1, onnotice: () => {} });
  try {
    const password = crypto.randomUUID();
    await installExtensions(server.url);
    await bootstrap({ url: server.url, passwords: { postgres: password } });
    const database_url = new URL(server.url);
    [database_url.username, database_url.password] = ["postgres", password];
    await host.write("supabase/migrations/20250101000000_duties.sql", DUTIES);
    const run = shell({
      folder,
      project: host.folder,
      api,
      database_url: database_url.href,
      placeholders: { "<your project>": host.folder },
      prelude: NPM_RUN_ADD(host.folder),
    });
    const [add = "", next = ""] = examplesUnder(examples, "Five commands", "sh");

    await t.step(
      "the five commands: files, migrations, secrets, functions, the worker's address",
      async () => {
        await run("npx supabase link --project-ref <ref>");
        for (const path of [".env", "supabase/functions/.env"]) {
          await host.write(path, "PAYMENT_KEY=a-test-key\n");
        }
        await run(add);
        const env = await host.read("supabase/functions/calendar.env.example");
        await host.write(
          "supabase/.env.calendar.local",
          env.replaceAll(/=$/gm, `=${"filled in ".repeat(4).trim()}`),
        );
        await run(next);
        assert.deepEqual(api.refused, []);
        assert.deepEqual([...api.functions.keys()].sort(), await functionNames());
        assert.ok(api.secrets.has("CALENDAR_SYNC_SECRET"));
        assert.ok(!api.secrets.has("PAYMENT_KEY"), "what developers have for themselves stays with them");
        const [statement = ""] = examplesUnder(examples, "Five commands", "sql");
        await sql.unsafe(
          statement.replaceAll("<ref>", REF).replaceAll(
            "<CALENDAR_SYNC_SECRET>",
            crypto.randomUUID().repeat(2),
          ),
        );
        const [row] =
          await sql`select count(*)::int as there from vault.secrets where name like 'calendar_sync%'`;
        assert.equal(row?.["there"], 2);
      },
    );

    await t.step("a table of the project's own is watched once its migration is pushed", async () => {
      const [own_table = ""] = examplesUnder(examples, "Your own table of obligations", "sh");
      assert.match(await run(own_table), /calendar_watch_app_duties\.sql/);
      await run(next);
      const watched = await sql`select root::text as table from calendar_sync.watched_tables order by 1`;
      assert.deepEqual(watched.map((row) => row["table"]), ["app.duties", "obligations"]);
    });

    await t.step("an upgrade is the first command again", async () => {
      assert.match(await run(examplesUnder(examples, "Upgrade", "sh")[0] ?? ""), /Nothing to change/);
    });
  } finally {
    await sql.end({ timeout: 1 });
    await server.stop();
    await api.stop();
    await host.remove();
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test({
  name: "the Worker of docs/deploy/install.md passes the application's own path on to the Calendar API",
  // The stack's servers and connections outlive the test, and end with the scene.
  sanitizeOps: false,
  sanitizeResources: false,
}, async (t) => {
  const [example = ""] = examplesUnder(await examplesOf(PAGE), "Your own path", "ts");
  const requests: Request[] = [];
  const scene = await openScene("google", {}, { record: (request) => void requests.push(request) });
  const folder = await Deno.makeTempDir({ prefix: "ecocomply-worker-" });
  const path = join(folder, "worker.ts");
  await Deno.writeTextFile(path, example.replace(`https://<ref>.supabase.co`, scene.stack.apiUrl));
  const { default: worker } = Worker.parse(await import(`file://${path}`));
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, worker.fetch);
  try {
    const url = `http://127.0.0.1:${server.addr.port}`;
    await checkOwnPath(t, scene, { url, redirect_to: scene.redirect_to, keeps_cookies: true, requests });
  } finally {
    await server.shutdown();
    await scene.close();
    await Deno.remove(folder, { recursive: true });
  }
});
