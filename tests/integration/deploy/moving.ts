import assert from "node:assert/strict";
import { PATIENCE_MS, until } from "../../support/calendar-api.ts";
import type { Scene } from "../../support/scene.ts";
import { outlookSubject } from "../../support/subjects/outlook-subject.ts";
import { googleSubject } from "../../support/subjects/google-subject.ts";
import { ADA, type ConsentProvider, GRACE, type Subject } from "../../support/subjects/subject.ts";
import { createOldTables, insertOldRow, leaveOldAccount, type OldAccount } from "./old-installation.ts";

const PROVIDERS = ["google", "outlook"] as const;
const OLD_TITLES = ["VAT", "Audit", "Gone"];

/**
 * Moves accounts of both providers out of the columns of another program, as docs/deploy/deploy.md says.
 *
 * @param statements the examples of the section, in their order
 * @param asPostgres runs one as the role that an administrator has
 */
export async function testMoving(
  t: Deno.TestContext,
  scene: Scene,
  statements: readonly string[],
  asPostgres: (text: string) => Promise<Record<string, unknown>[]>,
): Promise<void> {
  const { sql, stack } = scene;
  const [add_columns, import_batch, verify, drop_columns, vacuum, ...more] = statements;
  assert.ok(add_columns && import_batch && verify && drop_columns && vacuum && more.length === 0);
  const { google, outlook } = stack;
  assert.ok(google && outlook);
  const subjects: Record<ConsentProvider, Subject> = {
    google: googleSubject(google),
    outlook: outlookSubject(outlook),
  };
  subjects.outlook.setQuotas(false);
  const connected = await scene.connectedUser(ADA);
  const user = await scene.newUser();
  const insert = async (title: string) => {
    const [row] = await sql<{ id: string }[]>`
      insert into public.obligations (user_id, title, deadline_date) values (${user.id}, ${title}, '2027-02-03')
      returning id`;
    return row?.id ?? "";
  };
  const verified = async () => {
    const [counts] = await asPostgres(verify);
    return Object.fromEntries(Object.entries(counts ?? {}).map(([name, count]) => [name, Number(count)]));
  };
  const old: Record<ConsentProvider, OldAccount> = {
    google: leaveOldAccount(stack, "google", GRACE, OLD_TITLES),
    outlook: leaveOldAccount(stack, "outlook", GRACE, OLD_TITLES),
  };
  const titles = (provider: ConsentProvider) =>
    subjects[provider].events(old[provider].calendar_id).map(({ title }) => title).sort();
  const untilTitles = (provider: ConsentProvider, wanted: readonly string[]) =>
    until(
      () => Promise.resolve(JSON.stringify(titles(provider)) === JSON.stringify([...wanted].sort())),
      PATIENCE_MS,
      () => Promise.resolve({ titles: titles(provider), output: scene.output.slice(-20) }),
    );

  await createOldTables(sql);
  const vat = await insert("VAT return");
  const audit = await insert("Energy audit");
  const fresh = await insert("New since");
  await sql`update public.obligations set deadline_at = '2027-02-03 09:30+00', deadline_date = null where id = ${audit}`;
  for (const provider of PROVIDERS) {
    const ids = old[provider].event_ids;
    const events = new Map([
      [vat, ids.get("VAT") ?? ""],
      [audit, ids.get("Audit") ?? ""],
      [crypto.randomUUID(), ids.get("Gone") ?? ""],
    ]);
    await insertOldRow(sql, user.id, old[provider], events);
  }
  const adas_id = google.state.accounts.get(ADA)?.sub ?? "";
  const adas = { provider: "google", email: ADA, calendar_id: ADA } as const;
  await insertOldRow(sql, connected.id, { ...adas, account_id: adas_id, refresh_token: "1//older" });
  const late = await scene.newUser();
  await insertOldRow(sql, late.id, { ...adas, account_id: adas_id, refresh_token: "1//ended long ago" });
  await insertOldRow(sql, late.id, { ...adas, account_id: null, refresh_token: "1//of nobody known" });

  await t.step("accounts of both providers are taken over, and no row twice", async () => {
    await asPostgres(add_columns);
    await asPostgres(import_batch);
    const [left] = await sql`select count(*)::int as n from public.calendar_tokens where imported_at is null`;
    assert.equal(left?.["n"], 0);
    await until(
      async () => {
        const { alive, lost, events_to_do } = await verified();
        return alive === 3 && lost === 1 && events_to_do === 0;
      },
      PATIENCE_MS,
      verified,
    );
    const { rows, taken_over, unusable } = await verified();
    assert.deepEqual({ rows, taken_over, unusable }, { rows: 5, taken_over: 4, unusable: 1 });
  });

  for (const provider of PROVIDERS) {
    await t.step(
      `${provider}: events of another program are adopted where they are, not doubled`,
      async () => {
        await untilTitles(provider, ["Energy audit", "New since", "VAT return"]);
        const events = subjects[provider].events(old[provider].calendar_id);
        const adopted = events.find(({ title }) => title === "VAT return");
        const ids = [...old[provider].event_ids.values()];
        assert.equal(adopted?.id, ids[0]);
        assert.equal(adopted?.obligation_id, vat);
        assert.deepEqual(adopted?.time, {
          kind: "all_day",
          start_date: "2027-02-03",
          end_date: "2027-02-04",
        });
        assert.deepEqual(adopted?.reminders_minutes, [45], "a reminder that the user knows stays");
        const timed = events.find(({ title }) => title === "Energy audit");
        assert.equal(timed?.id, ids[1]);
        assert.equal(timed?.time.kind, "timed");
        assert.ok(!ids.includes(events.find(({ title }) => title === "New since")?.id ?? ""));
      },
    );

    await t.step(`${provider}: from then on they are ours`, async () => {
      const before = subjects[provider].events(old[provider].calendar_id).map(({ id }) => id).sort();
      await sql`update public.obligations set title = ${`VAT ${provider}`} where id = ${vat}`;
      await untilTitles(provider, ["Energy audit", "New since", `VAT ${provider}`]);
      const after = subjects[provider].events(old[provider].calendar_id).map(({ id }) => id).sort();
      assert.deepEqual(after, before);
      await sql`update public.obligations set title = 'VAT return' where id = ${vat}`;
    });
  }

  await t.step(
    "every token was used once; Microsoft's is another one now, and none is in a column",
    async () => {
      const rows = await sql<{ provider: ConsentProvider; token: string }[]>`
      select integration.provider, calendar_sync.read_secret(integration.refresh_token_secret_id) as token
      from public.calendar_integrations as integration where integration.user_id = ${user.id} order by provider`;
      const [googles, microsofts] = rows;
      assert.equal(googles?.token, old.google.refresh_token);
      assert.ok(microsofts?.token.startsWith("1.AX0B.") && microsofts.token !== old.outlook.refresh_token);
      for (const provider of PROVIDERS) assert.ok(subjects[provider].refreshes(GRACE) >= 1, provider);
    },
  );

  await t.step(
    "who connected the account before keeps calendar and tokens; a dead token says so",
    async () => {
      const [integration] = await connected.api.status();
      assert.deepEqual([integration?.status, integration?.calendar_id], ["active", connected.calendar_id]);
      const [lost] = await late.api.status();
      assert.deepEqual([lost?.status, lost?.last_error?.code], ["disconnected", "invalid_grant"]);
    },
  );

  await t.step("repeated, it changes nothing", async () => {
    const state = () =>
      sql`select integration.id, integration.status, integration.calendar_id, integration.refresh_token_secret_id,
        integration.last_synced_at, (select count(*) from public.calendar_event_mappings) as events,
        (select count(*) from vault.secrets) as secrets
        from public.calendar_integrations as integration where user_id = ${user.id} order by id`;
    await until(async () => (await user.api.status()).every(({ progress }) => progress.pending === 0));
    const before = JSON.stringify(await state());
    const writes = scene.writes();
    await sql`update public.calendar_tokens set imported_at = null`;
    await asPostgres(import_batch);
    assert.equal(JSON.stringify(await state()), before);
    assert.equal(scene.writes(), writes);
  });

  await t.step("nobody but an administrator may import", async () => {
    const [row] = await sql`
      select bool_or(has_function_privilege(role, 'calendar_sync.import_integration(uuid, text, text, text, text[], text,
        text, text, jsonb, text, text, boolean)', 'execute')) as may
      from unnest(array['anon', 'authenticated', 'service_role']) as role`;
    assert.equal(row?.["may"], false);
  });

  await t.step("a token reaches the write-ahead log only as ciphertext", async () => {
    const [token, control] = [`1//${crypto.randomUUID()}`, crypto.randomUUID()];
    await sql`select pg_switch_wal()`;
    // Twice, more than a page apart: where a page of the log ends, its next one's header splits what is written.
    await sql`create table public.control as select ${control}::text as text, repeat('-', 10000) as filling`;
    await sql`insert into public.control values (${control})`;
    const [{ id = null } = {}] = await sql`
      select calendar_sync.import_integration(${late.id}, 'google', 'another', null, '{}', ${token}, 'calendar', null) as id`;
    const [file] = await sql`select pg_walfile_name(pg_current_wal_lsn()) as name`;
    const [found] = await sql`
      select position(convert_to(${control}, 'UTF8') in wal.bytes) > 0 as control,
        position(convert_to(${token}, 'UTF8') in wal.bytes) > 0 as token
      from pg_read_binary_file('pg_wal/' || ${file?.["name"]}) as wal (bytes)`;
    assert.deepEqual({ ...found }, { control: true, token: false });
    await sql`delete from public.calendar_integrations where id = ${id}`;
    await sql`drop table public.control`;
  });

  await t.step("the columns go", async () => {
    await asPostgres(drop_columns);
    await asPostgres(vacuum);
    const columns = await sql<{ column_name: string }[]>`
      select column_name from information_schema.columns where table_name = 'calendar_tokens'`;
    assert.ok(!columns.some(({ column_name }) => column_name.endsWith("_token")));
  });

  await t.step("disconnecting removes what was adopted, and leaves the calendar", async () => {
    await sql`delete from public.obligations where id = ${fresh}`;
    for (const integration of await user.api.status()) {
      const response = await user.api.request("DELETE", `/?integration_id=${integration.id}&events=remove`);
      assert.equal(response.status, 202);
      await response.body?.cancel();
    }
    for (const provider of PROVIDERS) {
      await untilTitles(provider, []);
      assert.ok(subjects[provider].hasCalendar(GRACE, old[provider].calendar_id));
    }
    await until(async () => (await user.api.status()).length === 0);
  });
}
