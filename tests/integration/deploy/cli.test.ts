import assert from "node:assert/strict";
import { join } from "node:path";
import postgres from "postgres";
import { installExtensions } from "../../../local/extensions/install.ts";
import { functionNames } from "../../../local/functions/function-source.ts";
import { createProjectKeys } from "../../../local/gateway/keys.ts";
import { freePort } from "../../../local/free-port.ts";
import { ROOT } from "../../../local/paths.ts";
import { bootstrap } from "../../../local/postgres/bootstrap.ts";
import { startPostgres } from "../../../local/postgres/server.ts";
import { readEnv } from "../../../supabase/functions/_shared/platform/env.ts";
import { readMailEnv } from "../../../supabase/functions/_shared/platform/mail-env.ts";
import { readProviders } from "../../../supabase/functions/_shared/providers/registry.ts";
import { until } from "../../support/calendar-api.ts";
import { type Example, examplesOf } from "../../support/doc-examples.ts";
import { startManagementApi } from "./management-api.ts";
import { REF, shell, TOKEN } from "./shell.ts";

Deno.test({
  name:
    "the commands of docs/deploy/deploy.md bring an empty project to where the first account can be connected",
  // The database server and the stand-in outlive a step, and end with the test.
  sanitizeOps: false,
  sanitizeResources: false,
}, async (t) => {
  const examples = await examplesOf("docs/deploy/deploy.md");
  const folder = await Deno.makeTempDir({ prefix: "ecocomply-deploy-" });
  const uploads = join(folder, "uploads");
  const api = startManagementApi({ ref: REF, token: TOKEN, uploads });
  const server = await startPostgres({ log: () => {} });
  try {
    const password = crypto.randomUUID();
    await installExtensions(server.url);
    await bootstrap({ url: server.url, passwords: { postgres: password } });
    const database_url = new URL(server.url);
    [database_url.username, database_url.password] = ["postgres", password];
    const project = join(folder, "project");
    await Deno.mkdir(project);
    await new Deno.Command("cp", { args: ["-R", join(ROOT, "supabase"), project] }).output();
    const run = shell({
      folder,
      project,
      api,
      database_url: database_url.toString(),
      placeholders: {
        "<a safe place>": join(folder, "root-key"),
        "<old>": "the secret before, of so many characters",
      },
    });

    await t.step("every command of the first deployment does what it says", async () => {
      for (const { heading, text } of shellExamples(examples)) {
        if (heading === "Upgrade") break;
        await run(text);
      }
      assert.deepEqual(api.refused, []);
    });

    await t.step("the migrations are applied, as postgres, and the seed is not", async () => {
      const sql = postgres(server.url, { max: 1 });
      const files = [...Deno.readDirSync(join(ROOT, "supabase/migrations"))].length;
      const [row] = await sql`select
        (select count(*)::int from supabase_migrations.schema_migrations) as applied,
        (select array_agg(distinct tableowner) from pg_tables where schemaname = 'calendar_sync') as owners,
        (select count(*)::int from public.obligations) as obligations,
        (select array_agg(distinct username) from cron.job) as schedulers`;
      assert.deepEqual({ ...row }, {
        applied: files,
        owners: ["postgres"],
        obligations: 0,
        schedulers: ["postgres"],
      });
      await sql.end();
    });

    await t.step("the secrets are those that the functions ask for", () => {
      const get = (name: string) =>
        name === "SUPABASE_URL" ? `https://${REF}.example.com` : api.secrets.get(name);
      readEnv(get, readProviders(get).problems);
      const { value: mail, problems } = readMailEnv(get);
      assert.deepEqual([problems, mail.sending?.transport.kind], [[], "http"]);
    });

    await t.step("every function is live with what it imports, and lets its own callers in", async () => {
      assert.deepEqual([...api.live].sort(), await functionNames());
      for (const [slug, { metadata, files }] of api.functions) {
        assert.equal(metadata.entrypoint_path, `supabase/functions/${slug}/index.ts`);
        assert.equal(metadata.import_map_path, "supabase/functions/deno.json");
        assert.equal(metadata.verify_jwt, false, slug);
        assert.ok(files.includes(metadata.entrypoint_path) && files.includes(metadata.import_map_path), slug);
        const strange = files.filter((path) =>
          !new RegExp(`^supabase/functions/(deno\\.json|_shared/.*\\.ts|${slug}/.*\\.ts)$`).test(path)
        );
        assert.deepEqual(strange, [], "files of others");
      }
    });

    await t.step("each function starts from nothing but the files that were uploaded", async () => {
      await Deno.symlink(join(ROOT, "node_modules"), join(uploads, "supabase/functions/node_modules"));
      const keys = await createProjectKeys();
      const env = {
        ...Object.fromEntries(api.secrets),
        SUPABASE_URL: "http://127.0.0.1:9",
        SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: keys.publishable }),
        SUPABASE_SECRET_KEYS: JSON.stringify({ default: keys.secret }),
        SUPABASE_JWKS: JSON.stringify(keys.jwks),
        DENO_NO_UPDATE_CHECK: "1",
      };
      await Promise.all([...api.functions.keys()].map((slug) => assertStarts(uploads, slug, env)));
    });

    await t.step(
      "an upgrade and a change of secrets are the same commands again, and leave no file",
      async () => {
        const files = () =>
          [project, join(project, "supabase")].map((path) =>
            [...Deno.readDirSync(path)].map(({ name }) => name).sort()
          );
        const before = files();
        const all = shellExamples(examples);
        const later = Map.groupBy(
          all.slice(all.findIndex(({ heading }) => heading === "Upgrade")),
          ({ heading }) => heading,
        );
        // Side by side: most of a command's time is its looking for a newer CLI.
        await Promise.all([...later.values()].map(async (section) => {
          for (const { text } of section) await run(text);
        }));
        assert.deepEqual(api.refused, []);
        assert.deepEqual([...api.secrets.keys()].filter((name) => name.endsWith("_PREVIOUS")), []);
        assert.deepEqual(files(), before);
      },
    );
  } finally {
    await server.stop();
    await api.stop();
    await Deno.remove(folder, { recursive: true });
  }
});

function shellExamples(examples: readonly Example[]): Example[] {
  return examples.filter(({ language }) => language === "sh");
}

async function assertStarts(uploads: string, slug: string, env: Record<string, string>): Promise<void> {
  const port = freePort();
  const config = join(uploads, "supabase/functions/deno.json");
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-prompt", "--no-check", "--no-lock", "--node-modules-dir=manual"],
      ...["--allow-net", "--allow-env", "--allow-read", `--config=${config}`],
      join(uploads, `supabase/functions/${slug}/index.ts`),
    ],
    cwd: uploads,
    clearEnv: true,
    env: { ...env, DENO_SERVE_ADDRESS: `tcp:127.0.0.1:${port}` },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const stderr = new Response(child.stderr).text();
  let ended = false;
  const status = child.status.then(() => ended = true);
  try {
    // Whatever it answers without a database: it has loaded all that it imports.
    await until(async () => {
      if (ended) throw new Error(`${slug} did not start: ${await stderr}`);
      const response = await fetch(`http://127.0.0.1:${port}/${slug}`).catch(() => null);
      await response?.body?.cancel();
      return response;
    });
  } finally {
    if (!ended) child.kill("SIGTERM");
    await status;
  }
}
