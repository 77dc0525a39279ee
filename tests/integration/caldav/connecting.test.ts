import assert from "node:assert/strict";
import { z } from "zod";
import { PASSWORD, startCalDavEmulator } from "../../../local/providers/caldav/server.ts";
import { type CalendarApi, until } from "../../support/calendar-api.ts";
import { openScene } from "../../support/scene.ts";
import { beOdd } from "../../support/subjects/caldav-subject.ts";
import { ADA, GRACE } from "../../support/subjects/subject.ts";

const Refusal = z.object({
  code: z.string(),
  message: z.string(),
  details: z.object({ calendars: z.array(z.object({ id: z.string(), writable: z.boolean() })) }).optional(),
});
const Connected = z.object({
  id: z.string(),
  provider: z.literal("caldav"),
  account_email: z.string(),
  server: z.string(),
  status: z.string(),
  calendar_id: z.string(),
  calendar_name: z.string(),
});

/** The server gives its users' names to itself alone. */
const TYPED = { provider: "caldav", username: ADA, password: PASSWORD };

const MKCALENDAR_REFUSALS = [
  ...[400, 401, 403, 404, 405, 408, 409, 410, 412, 415, 423, 429],
  ...[500, 501, 502, 503, 504, 507, 511],
];

Deno.test({
  name: "CalDAV: connecting with a user name and a password",
  sanitizeOps: false,
  sanitizeResources: false,
}, async (t) => {
  const other = await startCalDavEmulator();
  const scene = await openScene("caldav", { CALENDAR_CALDAV_REFUSAL_SECONDS: "2" });
  const { sql, stack, provider } = scene;
  const server_url = stack.caldavUrl;
  const connect = async (user: { readonly api: CalendarApi }, body: Record<string, unknown>) => {
    const response = await user.api.request("POST", "/connect", { ...TYPED, server_url, ...body });
    return { status: response.status, body: await response.json() };
  };
  const secrets = async () =>
    (await sql`select from vault.secrets where description = 'calendar_sync: password'`).length;
  try {
    await t.step("the server is offered, with presets", async () => {
      const user = await scene.newUser();
      const response = await user.api.request("GET", "/providers");
      const { providers } = z.object({
        providers: z.array(z.object({
          provider: z.string(),
          credential: z.string(),
          presets: z.array(z.object({ name: z.string(), server_url: z.string() })),
        })),
      }).parse(await response.json());
      const caldav = providers.find((one) => one.provider === "caldav");
      assert.equal(caldav?.credential, "password");
      assert.ok(caldav?.presets.some((preset) => preset.server_url === "https://caldav.icloud.com/"));
      await scene.deleteUsers(user.id);
    });

    await t.step("201: the calendar is there, and obligations of before follow at once", async () => {
      const user = await scene.newUser();
      await sql`insert into public.obligations (user_id, title, deadline_date) values (${user.id}, 'Before', '2027-01-01')`;
      const { status, body } = await connect(user, {});
      const integration = Connected.parse(body);
      assert.deepEqual(
        [
          status,
          integration.account_email,
          integration.server,
          integration.status,
          integration.calendar_name,
        ],
        [201, ADA, new URL(server_url).hostname, "active", "Compliance deadlines"],
      );
      assert.match(integration.calendar_id, /^\/dav\/calendars\//);
      await scene.untilTitles(integration.calendar_id, ["Before"]);
      const [row] = await sql`
        select integration::text as row from public.calendar_integrations as integration where id = ${integration.id}`;
      assert.ok(!String(row?.["row"]).includes(PASSWORD), "the password is in Vault alone");
      const [shown] = await user.api.status();
      assert.equal(shown?.server, integration.server);
      await scene.deleteUsers(user.id);
      assert.equal(await secrets(), 0);
    });

    await t.step("200 with the same account again: the same integration, the new password", async () => {
      const user = await scene.connectedUser(ADA);
      stack.caldav.state.accounts.get(ADA)?.passwords.add("another-app-password");
      const again = await connect(user, { password: "another-app-password" });
      assert.deepEqual([again.status, Connected.parse(again.body).id], [200, user.integration.id]);
      const [kept] = await sql`
          select decrypted_secret as secret from vault.decrypted_secrets as secret
          join public.calendar_integrations as integration on integration.access_token_secret_id = secret.id
          where integration.id = ${user.integration.id}`;
      assert.match(String(kept?.["secret"]), /another-app-password/);
      assert.equal(await secrets(), 1);
      stack.caldav.state.accounts.get(ADA)?.passwords.delete(PASSWORD);
      await sql`insert into public.obligations (user_id, title, deadline_date) values (${user.id}, 'After', '2027-01-01')`;
      await scene.untilTitles(user.calendar_id, ["After"]);
      stack.caldav.state.accounts.get(ADA)?.passwords.add(PASSWORD);
      await scene.deleteUsers(user.id);
    });

    await t.step("what is typed wrong is refused in its own words, and leaves nothing", async () => {
      const user = await scene.newUser();
      const cases = [
        [{ server_url: "http://dav.example.com/" }, 422, "server_not_allowed"],
        [{ server_url: "https://user:pw@caldav.icloud.com/" }, 422, "server_not_allowed"],
        [{ server_url: "https://dav.elsewhere.example/" }, 422, "server_not_allowed"],
        [{ server_url: other.url }, 422, "server_not_allowed"],
        [{ server_url: stack.apiUrl }, 422, "server_not_allowed"],
        [{ server_url: "nonsense" }, 422, "server_not_allowed"],
        [{ password: "wrong" }, 422, "sign_in_failed"],
        [{ username: "nobody@example.com" }, 422, "sign_in_failed"],
        [{ username: "ada:example" }, 400, "invalid_request"],
        [{ username: "ada\nexample" }, 400, "invalid_request"],
        [{ password: "" }, 400, "invalid_request"],
        [{ provider: "google" }, 400, "invalid_request"],
      ] as const;
      for (const [body, status, code] of cases) {
        const answer = await connect(user, body);
        assert.deepEqual(
          [answer.status, Refusal.parse(answer.body).code],
          [status, code],
          JSON.stringify(body),
        );
      }
      assert.deepEqual([await user.api.status(), await secrets()], [[], 0]);
      await scene.deleteUsers(user.id);
    });

    await t.step("a server that asks for Digest is said so, and no password counts as refused", async () => {
      beOdd(stack.caldav, { digest_only: true });
      const user = await scene.newUser();
      const { status, body } = await connect(user, {});
      const { code, message } = Refusal.parse(body);
      assert.deepEqual([status, code], [422, "sign_in_not_supported"]);
      assert.match(message, /Digest/);
      assert.doesNotMatch(message, /password/i);
      const [counted] = await sql`
        select count(*)::int as passwords from calendar_sync.calls where caller = ${user.id} and scope = 'password'`;
      assert.deepEqual([counted?.["passwords"], await user.api.status(), await secrets()], [0, [], 0]);
      beOdd(stack.caldav);
      await scene.deleteUsers(user.id);
    });

    await t.step("a server that does not answer is said so after five seconds", async () => {
      const user = await scene.newUser();
      provider.emulator.faults.set([{ match: {}, kind: "drop_before" }]);
      const begun_at = performance.now();
      const answer = await connect(user, {});
      const took_ms = performance.now() - begun_at;
      provider.emulator.faults.clear();
      assert.deepEqual([answer.status, Refusal.parse(answer.body).code], [422, "server_unreachable"]);
      assert.ok(took_ms >= 4_990 && took_ms < 6_500, `${took_ms} ms`);
      await scene.deleteUsers(user.id);
    });

    await t.step("a server whose answers take more than five seconds together is connected", async () => {
      const user = await scene.newUser();
      const match = { method: "PROPFIND" };
      provider.emulator.faults.set([{ match, kind: "latency", latency_ms: 2_600, times: 2 }]);
      const begun_at = performance.now();
      assert.equal((await connect(user, {})).status, 201);
      assert.ok(performance.now() - begun_at > 5_000);
      provider.emulator.faults.clear();
      await scene.deleteUsers(user.id);
    });

    await t.step("calendars at another site get no password, and are as unreachable", async () => {
      const user = await scene.newUser();
      const body = `<multistatus xmlns="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><response><href>/</href>
        <propstat><prop><current-user-principal><href>/dav/</href></current-user-principal>
        <c:calendar-home-set><href>${other.url}/dav/calendars/</href></c:calendar-home-set></prop>
        <status>HTTP/1.1 200 OK</status></propstat></response></multistatus>`;
      provider.emulator.faults.set([{ match: {}, kind: "body", status: 207, body }]);
      const begun_at = performance.now();
      const answer = await connect(user, {});
      provider.emulator.faults.clear();
      assert.deepEqual([answer.status, Refusal.parse(answer.body).code], [422, "server_unreachable"]);
      assert.ok(performance.now() - begun_at >= 4_990);
      assert.equal(other.state.requests.length, 0);
      await scene.deleteUsers(user.id);
    });

    await t.step("what answers otherwise is no CalDAV server", async () => {
      const user = await scene.newUser();
      provider.emulator.faults.set([{ match: {}, kind: "body", status: 200, body: "<html>hello</html>" }]);
      const answer = await connect(user, {});
      provider.emulator.faults.clear();
      assert.deepEqual([answer.status, Refusal.parse(answer.body).code], [422, "not_caldav"]);
      await scene.deleteUsers(user.id);
    });

    await t.step("where the server makes no calendar its user chooses one", async () => {
      beOdd(stack.caldav, { mkcalendar: "refused" });
      const user = await scene.newUser();
      const needed = await connect(user, {});
      const { code, details } = Refusal.parse(needed.body);
      assert.deepEqual([needed.status, code], [409, "calendar_needed"]);
      assert.deepEqual([await user.api.status(), await secrets()], [[], 0]);
      const offered = details?.calendars.find(({ writable }) => writable);
      assert.ok(offered);
      const wrong = await connect(user, { calendar_id: "/dav/calendars/elsewhere/" });
      assert.deepEqual([wrong.status, Refusal.parse(wrong.body).code], [409, "calendar_needed"]);
      const chosen = await connect(user, { calendar_id: offered.id });
      assert.deepEqual([chosen.status, Connected.parse(chosen.body).calendar_id], [201, offered.id]);
      await sql`insert into public.obligations (user_id, title, deadline_date) values (${user.id}, 'Chosen', '2027-01-01')`;
      await scene.untilTitles(offered.id, ["Chosen"]);
      beOdd(stack.caldav);
      await scene.deleteUsers(user.id);
    });

    await t.step("however it refuses to make one", async () => {
      const user = await scene.newUser();
      for (const status of MKCALENDAR_REFUSALS) {
        provider.emulator.faults.set([{ match: { method: "MKCALENDAR" }, kind: "status", status }]);
        const needed = await connect(user, {});
        const { code, details } = Refusal.parse(needed.body);
        assert.deepEqual([needed.status, code], [409, "calendar_needed"], String(status));
        assert.ok(details?.calendars.some(({ writable }) => writable));
      }
      // No answer is no refusal.
      provider.emulator.faults.set([{ match: { method: "MKCALENDAR" }, kind: "drop_before" }]);
      const lost = await connect(user, {});
      provider.emulator.faults.clear();
      assert.deepEqual([lost.status, Refusal.parse(lost.body).code], [502, "provider_unavailable"]);
      await scene.deleteUsers(user.id);
    });

    await t.step("events that were kept are adopted", async () => {
      const user = await scene.connectedUser(GRACE);
      await sql`insert into public.obligations (user_id, title, deadline_date) values (${user.id}, 'Kept', '2027-01-01')`;
      await scene.untilTitles(user.calendar_id, ["Kept"]);
      await user.api.untilStatus(({ progress }) => progress.pending === 0);
      const left = await user.api.request("DELETE", `/?integration_id=${user.integration.id}&events=keep`);
      assert.equal(left.status, 204);
      assert.equal(await secrets(), 0);
      const [before] = scene.events(user.calendar_id);
      const response = await user.api.request("POST", "/connect", { ...TYPED, server_url, username: GRACE });
      assert.equal(response.status, 201);
      assert.equal(Connected.parse(await response.json()).calendar_id, user.calendar_id);
      await sql`update public.obligations set title = 'Adopted' where user_id = ${user.id}`;
      await scene.untilTitles(user.calendar_id, ["Adopted"]);
      assert.equal(scene.events(user.calendar_id)[0]?.id, before?.id);
      await scene.deleteUsers(user.id);
    });

    await t.step("the calendar of the user's choice gets the events, with whatever access", async () => {
      const user = await scene.connectedUser(ADA);
      const { id: integration_id } = user.integration;
      await sql`insert into public.obligations (user_id, title, deadline_date) values (${user.id}, 'Moves', '2027-01-01')`;
      await scene.untilTitles(user.calendar_id, ["Moves"]);
      const personal = provider.calendars(ADA).find(({ name }) => name === "Personal")?.id ?? "";
      const patched = await user.api.request("PATCH", "/status", { integration_id, calendar_id: personal });
      assert.equal(patched.status, 200, await patched.text());
      await scene.untilTitles(personal, ["Moves"]);
      await scene.untilTitles(user.calendar_id, []);
      const unknown = await user.api.request("PATCH", "/status", { integration_id, calendar_id: "/dav/no/" });
      assert.equal(Refusal.parse(await unknown.json()).code, "not_found");
      const own = await user.api.request("POST", "/calendars", { integration_id });
      assert.equal(own.status, 200, await own.text());
      await scene.untilTitles(user.calendar_id, ["Moves"]);
      const listed = await user.api.request("GET", `/calendars?integration_id=${integration_id}`);
      const { calendars } = z.object({
        calendars: z.array(z.object({ id: z.string(), primary: z.boolean() })),
      })
        .parse(await listed.json());
      assert.deepEqual(calendars, [{ id: user.calendar_id, primary: false }]);
      await scene.deleteUsers(user.id);
    });

    await t.step(
      "a server that makes no calendar says so to whoever wants our own, with those to choose from",
      async () => {
        beOdd(stack.caldav, { mkcalendar: "refused" });
        const user = await scene.newUser();
        const personal = provider.calendars(ADA).find(({ name }) => name === "Personal")?.id ?? "";
        const { body } = await connect(user, { calendar_id: personal });
        const { id: integration_id } = Connected.parse(body);
        const response = await user.api.request("POST", "/calendars", { integration_id });
        const { code, details } = Refusal.parse(await response.json());
        assert.deepEqual([response.status, code], [409, "calendar_needed"]);
        assert.deepEqual(details?.calendars.map(({ id }) => id), [personal]);
        const [kept] = await user.api.status();
        assert.deepEqual([kept?.status, kept?.calendar_id], ["active", personal]);
        beOdd(stack.caldav);
        await scene.deleteUsers(user.id);
      },
    );

    await t.step("a user who has as many accounts as there may be connects no further one", async () => {
      const [limit] = await sql`select integrations_per_user from calendar_sync.options`;
      await sql`update calendar_sync.options set integrations_per_user = 1`;
      const user = await scene.connectedUser(ADA);
      const another = await connect(user, { username: GRACE });
      assert.deepEqual([another.status, Refusal.parse(another.body).code], [409, "too_many_integrations"]);
      assert.deepEqual([(await user.api.status()).length, await secrets()], [1, 1]);
      const again = await connect(user, {});
      assert.equal(again.status, 200, "the account that is there is no further one");
      await sql`update calendar_sync.options set ${sql(limit ?? {})}`;
      await scene.deleteUsers(user.id);
    });

    await t.step("disconnecting with events=remove leaves nothing behind", async () => {
      const user = await scene.connectedUser(ADA);
      await sql`insert into public.obligations (user_id, title, deadline_date) values (${user.id}, 'Goes', '2027-01-01')`;
      await scene.untilTitles(user.calendar_id, ["Goes"]);
      const response = await user.api.request(
        "DELETE",
        `/?integration_id=${user.integration.id}&events=remove`,
      );
      assert.equal(response.status, 202);
      const gone = async () => (await user.api.status()).length === 0;
      await until(gone);
      assert.deepEqual([provider.hasCalendar(ADA, user.calendar_id), await secrets()], [false, 0]);
      await scene.deleteUsers(user.id);
    });

    await t.step("a password that is refused once is no lost connection; twice, it is", async () => {
      const user = await scene.connectedUser(ADA);
      const account = stack.caldav.state.accounts.get(ADA);
      account?.passwords.delete(PASSWORD);
      await sql`insert into public.obligations (user_id, title, deadline_date) values (${user.id}, 'Waits', '2027-01-01')`;
      const once = await user.api.untilStatus(({ last_error }) => last_error !== null);
      assert.deepEqual([once.status, once.last_error?.code], ["active", "provider_unavailable"]);
      account?.passwords.add(PASSWORD);
      await scene.untilTitles(user.calendar_id, ["Waits"]);
      await user.api.untilStatus(({ status, last_error }) => status === "active" && last_error === null);

      account?.passwords.delete(PASSWORD);
      const begun_at = performance.now();
      await sql`update public.obligations set title = 'Lost' where user_id = ${user.id}`;
      const lost = await user.api.untilStatus(({ status }) => status === "disconnected");
      assert.equal(lost.last_error?.code, "invalid_grant");
      assert.ok(performance.now() - begun_at >= 2_000);
      account?.passwords.add(PASSWORD);
      const again = await connect(user, {});
      assert.deepEqual([again.status, Connected.parse(again.body).id], [200, user.integration.id]);
      await scene.untilTitles(user.calendar_id, ["Lost"]);
      await scene.deleteUsers(user.id);
    });

    await t.step("a calendar that is made anew at the same address gets every event again", async () => {
      const user = await scene.connectedUser(ADA);
      await sql`
        insert into public.obligations (user_id, title, deadline_date)
        values (${user.id}, 'Changed', '2027-01-01'), (${user.id}, 'Unchanged', '2027-01-01')`;
      await scene.untilTitles(user.calendar_id, ["Changed", "Unchanged"]);
      await user.api.untilStatus(({ progress }) => progress.pending === 0);
      const { id: integration_id } = user.integration;
      provider.user.deleteCalendar(ADA, user.calendar_id);
      const made = await user.api.request("POST", "/calendars", { integration_id });
      assert.equal((await made.json()).calendar_id, user.calendar_id);
      await scene.untilTitles(user.calendar_id, ["Changed", "Unchanged"]);

      provider.user.deleteCalendar(ADA, user.calendar_id);
      await sql`update public.obligations set title = 'Missed' where user_id = ${user.id} and title = 'Changed'`;
      await user.api.untilStatus(({ status }) => status === "paused");
      assert.equal((await scene.connect(user.api, ADA)).calendar_id, user.calendar_id);
      await scene.untilTitles(user.calendar_id, ["Missed", "Unchanged"]);
      await scene.deleteUsers(user.id);
    });

    await t.step("a calendar is full: quota, and Sync now tries at once", async () => {
      const user = await scene.connectedUser(ADA);
      beOdd(stack.caldav, { is_full: true });
      await sql`insert into public.obligations (user_id, title, deadline_date) values (${user.id}, 'Full', '2027-01-01')`;
      const full = await user.api.untilStatus(({ last_error }) => last_error?.code === "quota");
      assert.equal(full.status, "active");
      beOdd(stack.caldav);
      const synced = await user.api.request("POST", "/sync", {});
      assert.equal(synced.status, 202);
      await scene.untilTitles(user.calendar_id, ["Full"], 5_000);
      await scene.deleteUsers(user.id);
    });
  } finally {
    await scene.close();
    await other.close();
  }
});
