import assert from "node:assert/strict";
import { consent, until } from "../support/calendar-api.ts";
import { openScene } from "../support/scene.ts";
import { ADA, GRACE } from "../support/subjects/subject.ts";

const sanitizers = { sanitizeOps: false, sanitizeResources: false };
const DECRYPT = "vault._crypto_aead_det_decrypt(bytea, bytea, bigint, bytea, bytea)";

Deno.test({
  name: "a right to Vault that the functions lost is our error: nobody has to connect again",
  ...sanitizers,
}, async (t) => {
  const scene = await openScene();
  const { sql, redirect_to } = scene;
  const revoke = () => sql.unsafe(`revoke execute on function ${DECRYPT} from postgres, service_role`);
  const grant = () => sql.unsafe(`grant execute on function ${DECRYPT} to postgres, service_role`);
  try {
    const { id, api, integration, calendar_id } = await scene.connectedUser(ADA);
    const other = await scene.newUser();
    const landed = await consent(await other.api.authorizeUrl({ redirect_to }), GRACE);
    const connection = landed.searchParams.get("calendar_connection");

    // A worker that failed in the middle of its work would keep the lane until its lease ends.
    await until(async () => {
      const busy = await sql`select from calendar_sync.lanes
        where ready_at is not null or leased_by is not null union all select from calendar_sync.changes`;
      return busy.length === 0;
    });
    await revoke();

    await t.step("POST /confirm answers 500, and not that the provider did not answer", async () => {
      const response = await other.api.request("POST", "/confirm", { connection });
      assert.equal(response.status, 500);
      assert.match(await response.text(), /"code":"internal"/);
    });

    await t.step("GET /calendars answers 500 too", async () => {
      await sql`update public.calendar_integrations set token_expires_at = now() where id = ${integration.id}`;
      const response = await api.request("GET", `/calendars?integration_id=${integration.id}`);
      assert.equal(response.status, 500);
      assert.match(await response.text(), /"code":"internal"/);
    });

    await t.step("asking for a token fails, with what names the grant", async () => {
      await assert.rejects(
        sql`select public.calendar_begin_refresh(${integration.id}, 120)`,
        { code: "42501", message: /may not be read: permission denied for function/, hint: /setup_check/ },
      );
    });

    await t.step("a worker notes it, and the calendar stays connected", async () => {
      await sql`insert into public.obligations (user_id, title, deadline_date) values (${id}, 'Report', '2027-01-01')`;
      await until(async () =>
        (await sql`select from calendar_sync.incidents where sqlstate = '42501'`).length > 0
      );
      const [seen] = await api.status();
      assert.deepEqual([seen?.status, seen?.last_error], ["active", null]);
    });

    await t.step(
      "once it is granted again, what was begun is confirmed and what waited is written",
      async () => {
        await grant();
        assert.equal((await other.api.request("POST", "/confirm", { connection })).status, 200);
        await sql`update calendar_sync.lanes set ready_at = now() where ready_at is not null`;
        await scene.untilTitles(calendar_id, ["Report"]);
      },
    );

    await t.step("a token that cannot be decrypted is lost, as after a restore without its key", async () => {
      await sql`update public.calendar_integrations set token_expires_at = now() where id = ${integration.id}`;
      await sql`update vault.secrets set nonce = decode(repeat('00', 16), 'hex')
        where id = (select refresh_token_secret_id from public.calendar_integrations where id = ${integration.id})`;
      await sql`insert into public.obligations (user_id, title, deadline_date) values (${id}, 'Later', '2027-01-02')`;
      await api.untilStatus(({ status, last_error }) =>
        status === "disconnected" && last_error?.code === "secret_unreadable"
      );
    });
  } finally {
    await grant();
    await scene.close();
  }
});
