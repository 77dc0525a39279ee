import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { z } from "zod";
import { checkAddress } from "../../../local/doctor/examine.ts";
import { Finding } from "../../../local/doctor/findings.ts";
import { ROOT } from "../../../local/paths.ts";
import { PATIENCE_MS, until } from "../../support/calendar-api.ts";
import { startMailServer } from "../../support/mail-server.ts";
import { openScene, type Scene } from "../../support/scene.ts";
import { showErasing } from "./erasing.ts";
import { BREAKAGES, mendingSql } from "./setup-breakages.ts";

const Report = z.object({ ok: z.boolean(), findings: z.array(Finding) });

Deno.test({
  name:
    "an administrator of a running installation erases users, and has setup_check and the doctor look at it",
  sanitizeOps: false,
  sanitizeResources: false,
}, async (t) => {
  const mail = startMailServer();
  const scene = await openScene("google", {
    CALENDAR_MAIL_FROM: "calendar@example.org",
    CALENDAR_MAIL_API_KEY: mail.api_key,
    CALENDAR_MAIL_API_URL: mail.url,
    CALENDAR_ADMIN_EMAIL: "admin@example.org",
  });
  const { stack, sql } = scene;
  try {
    await showErasing(t, scene);

    // What the scene switched off for the other tests.
    await sql`update calendar_sync.options set deletions_free = default, deletions_share = default`;
    const { id } = await scene.newUser();
    await sql`insert into public.obligations (user_id, title, deadline_date) values (${id}, 'Report', '2027-01-01')`;

    await t.step("nothing is wrong with a stack that runs, seen by a superuser", async () => {
      await wakeUp(sql);
      await until(async () => (await wrong(sql)).length === 0, PATIENCE_MS, () => wrong(sql));
    });

    await t.step("nor seen by postgres, who is none", async () => {
      await rolledBack(sql, async (own) => {
        await becomePostgres(own);
        assert.deepEqual(await wrong(own), []);
      });
    });

    for (const { name, sql: breaking, check, found, told, beyond_postgres } of BREAKAGES) {
      await t.step(`${name}: exactly "${check}" fails, and what it says mends it`, async () => {
        await rolledBack(sql, async (own) => {
          await own.unsafe(breaking);
          // What needs the missing right cannot be checked either, and says so.
          const [finding, ...others] = (await wrong(own)).filter(isChecked);
          assert.deepEqual(others, []);
          assert.ok(finding);
          assert.equal(finding.check_name, check);
          assert.match(finding.found, found);
          assert.ok(finding.how_to_mend);
          assert.ok(!JSON.stringify(finding).includes(stack.syncSecret));
          if (told === undefined) {
            if (!beyond_postgres) await becomePostgres(own);
            await own.unsafe(mendingSql(finding.how_to_mend, stack));
            await own`reset session authorization`;
            assert.deepEqual(await wrong(own), []);
          } else {
            assert.match(finding.how_to_mend, told);
          }
        });
      });
    }

    await t.step("a check that the role may not carry out fails, and says so", async () => {
      await rolledBack(sql, async (own) => {
        await own.unsafe(`create role auditor;
          grant usage on schema calendar_admin, calendar_sync to auditor;
          grant execute on all functions in schema calendar_admin to auditor;
          set local session authorization auditor`);
        const findings = await setupCheck(own);
        assert.deepEqual(findings.filter((finding) => !finding.ok && isChecked(finding)), []);
        assert.match(
          findings.find(({ check_name }) => check_name === "cron")?.found ?? "",
          /this could not be checked: permission denied/,
        );
        for (const area of ["vault", "net", "cron"]) {
          assert.match(
            findings.find(({ check_name }) => check_name === `rights on ${area}`)?.found ?? "",
            /the functions have all that they need/,
          );
        }
      });
    });

    await t.step("a right that the functions lack is missed by whoever asks, also by postgres", async () => {
      await rolledBack(sql, async (own) => {
        await own.unsafe(`revoke usage on schema net from public, postgres;
          revoke usage on schema vault from postgres, service_role`);
        const asked_by_superuser = (await wrong(own)).filter(isChecked);
        assert.deepEqual(asked_by_superuser.map(({ check_name }) => check_name).sort(), [
          "rights on net",
          "rights on vault",
        ]);
        await becomePostgres(own);
        assert.deepEqual((await wrong(own)).filter(isChecked), asked_by_superuser);
      });
    });

    await t.step("a copy of a database that wakes the original's worker is found by its URL", async () => {
      const host = "https://abcdefghijklmnopqrst.supabase.co/functions/v1/calendar-sync";
      await rolledBack(sql, async (own) => {
        const at = (text: string) => checkAddress(own, new URL(text));
        assert.equal(await at(stack.databaseUrl), null);
        assert.equal(
          (await at("postgresql://postgres@db.abcdefghijklmnopqrst.supabase.co/"))?.severity,
          "info",
        );
        await own`select vault.update_secret(id, ${host}) from vault.secrets where name = 'calendar_sync_url'`;
        assert.equal((await at("postgresql://postgres@db.abcdefghijklmnopqrst.supabase.co/"))?.ok, true);
        const copy = await at(
          "postgresql://postgres.zyxwvutsrqponmlkjihg@aws-0-eu-west-1.pooler.supabase.com/",
        );
        assert.equal(copy?.ok, false);
        assert.match(
          copy?.how_to_mend ?? "",
          /^if the original is still in use, docs\/deploy\/deploy\.md, Staging; .*https:\/\/zyxwvutsrqponmlkjihg\.supabase\.co/,
        );
      });
    });

    await t.step("a worker of pg_net that is gone is missed", async () => {
      await stack.pgNet.stop();
      await until(async () =>
        (await wrong(sql)).some(({ check_name }) => check_name === "pg_net's worker is alive")
      );
      stack.pgNet.start();
      await until(async () => (await wrong(sql)).length === 0, PATIENCE_MS, () => wrong(sql));
    });

    await t.step("the doctor finds nothing wrong, and its round trip is answered", async () => {
      const { code, stdout, stderr } = await doctor(scene, [
        "--functions-url",
        `${stack.apiUrl}/functions/v1`,
      ]);
      assert.equal(code, 0, stdout + stderr);
      assert.match(stdout, /✓ round trip of a wake-up call +calendar-sync answered 202.*after \d+ ms/);
      assert.match(stdout, /✓ versions +the database and the functions have \d+\.\d+\.\d+$/m);
      assert.match(stdout, /^0 wrong, \d+ to look at, \d+ right$/m);
      assert.ok(!stdout.includes("✗"));
    });

    await t.step("another secret than the function's: 401 is told apart, and mended as it says", async () => {
      await sql`select vault.update_secret(id, repeat('another secret ', 4) || '.') from vault.secrets where name = 'calendar_sync_secret'`;
      const { code, stdout } = await doctor(scene, ["--json"]);
      const { ok, findings } = Report.parse(JSON.parse(stdout));
      assert.deepEqual([code, ok], [1, false]);
      const trip = findings.find(({ check_name }) => check_name === "round trip of a wake-up call");
      assert.match(trip?.found ?? "", /401: its CALENDAR_SYNC_SECRET is not/);
      const [finding, ...others] = await wrong(sql);
      assert.deepEqual(others, []);
      assert.equal(finding?.check_name, "the worker answers");
      await sql.unsafe(mendingSql(finding?.how_to_mend ?? "", stack));
      await until(async () => (await wrong(sql)).length === 0, PATIENCE_MS, () => wrong(sql));
    });

    await t.step("an address without a function: 404 is told apart", async () => {
      await sql`select calendar_admin.set_worker(url => ${`${stack.googleUrl}/functions/v1/calendar-sync`})`;
      const { code, stdout } = await doctor(scene);
      assert.equal(code, 1, stdout);
      assert.match(stdout, /✗ round trip of a wake-up call +The address answered 404/);
      assert.match(stdout, /→ npx supabase functions deploy --use-api/);
    });

    await t.step("an address where nobody is: that is told apart too", async () => {
      await sql`select calendar_admin.set_worker(url => 'http://127.0.0.1:9/functions/v1/calendar-sync')`;
      const { stdout } = await doctor(scene);
      assert.match(stdout, /✗ round trip of a wake-up call +The address of calendar-sync cannot be reached/);
      await sql`select calendar_admin.set_worker(url => ${`${stack.apiUrl}/functions/v1/calendar-sync`})`;
    });

    await t.step("a pg_net that sends nothing: the doctor waits no longer than it was told", async () => {
      await stack.pgNet.stop();
      const { code, stdout, stderr } = await doctor(scene, ["--timeout-s", "2"]);
      assert.equal(code, 1);
      assert.match(stdout, /✗ round trip of a wake-up call +pg_net has not had an answer for 2 s/);
      assert.match(stderr, /…waiting for the answer, 1 s/);
      stack.pgNet.start();
    });

    await t.step("a function that does not start: 5xx is told apart, by both", async () => {
      await stack.function("calendar-sync").stop();
      const { code, stdout } = await doctor(scene);
      assert.equal(code, 1, stdout);
      assert.match(
        stdout,
        /✗ round trip of a wake-up call +The address answered 503: calendar-sync does not start, or dies/,
      );
      const [finding, ...others] = await wrong(sql);
      assert.deepEqual(others, []);
      assert.match(
        finding?.how_to_mend ?? "",
        /supabase secrets set --env-file supabase\/\.env\.calendar\.local/,
      );
      const [health] = await sql`select ok from calendar_admin.health where name = 'wake_up'`;
      assert.equal(health?.["ok"], false);
    });

    await t.step(
      "a database that lets nobody in, is not there, or is somebody else's: one line, no password",
      async () => {
        const url = new URL(stack.databaseUrl);
        const cases: readonly [(changed: URL) => void, RegExp][] = [
          [(changed) => changed.port = "9", /nothing listens there/],
          [
            (changed) => changed.pathname = "/template1",
            /no schema calendar_admin\..*CLI 3\.1.*npx supabase link/,
          ],
          [(changed) => changed.password = "a-wrong-one", /it refuses the password/],
          [(changed) => changed.pathname = "/nobody", /there is no such database/],
        ];
        for (const [change, words] of cases) {
          const changed = new URL(url);
          change(changed);
          const { code, stdout, stderr } = await runDoctor(["--database-url", changed.toString()]);
          assert.deepEqual([code, stdout], [1, ""]);
          assert.match(stderr, words);
          assert.ok(changed.password !== "" && !stderr.includes(changed.password));
        }
      },
    );
  } finally {
    await scene.close();
    await mail.close();
  }
});

async function setupCheck(sql: Sql): Promise<Finding[]> {
  return z.array(Finding).parse([...await sql`select * from calendar_admin.setup_check()`]);
}

function isChecked({ found }: Finding): boolean {
  return !found.startsWith("this could not be checked: permission denied");
}

async function wrong(sql: Sql): Promise<Finding[]> {
  return (await setupCheck(sql)).filter(({ ok }) => !ok);
}

async function wakeUp(sql: Sql): Promise<void> {
  const [row] = await sql<{ id: string }[]>`select calendar_admin.wake_up() as id`;
  await until(async () => {
    const [answer] = await sql`select is_good from calendar_admin.wake_up_calls where request_id = ${
      row?.id ?? ""
    }`;
    return answer?.["is_good"] === true;
  });
}

/** Does something in a transaction that never was. */
async function rolledBack<T>(sql: Sql, act: (own: Sql) => Promise<T>): Promise<T> {
  const own = await sql.reserve();
  try {
    await own`begin`;
    return await act(own);
  } finally {
    await own`rollback`;
    own.release();
  }
}

/** Takes the rights of hosted Supabase's administrator, who is no superuser, until the transaction ends. */
async function becomePostgres(own: Sql): Promise<void> {
  await own`set local session authorization postgres`;
}

async function doctor(scene: Scene, args: readonly string[] = []) {
  const { databaseUrl, syncSecret } = scene.stack;
  const { password } = new URL(databaseUrl);
  const result = await runDoctor(["--database-url", databaseUrl, ...args]);
  assert.notEqual(password, "");
  for (const secret of [password, syncSecret]) {
    assert.ok(!result.stdout.includes(secret) && !result.stderr.includes(secret));
  }
  return result;
}

async function runDoctor(args: readonly string[]) {
  const { code, stdout, stderr } = await new Deno.Command("node", {
    args: ["local/run.mjs", "local/doctor.ts", ...args],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}
