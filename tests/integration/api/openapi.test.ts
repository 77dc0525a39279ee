import assert from "node:assert/strict";
import { PASSWORD } from "../../../local/providers/caldav/server.ts";
import { beOdd } from "../../support/subjects/caldav-subject.ts";
import { z } from "zod";
import { type CalendarApi, consent, redirectOf, until } from "../../support/calendar-api.ts";
import { checkAgainst } from "../../support/document-check.ts";
import { openScene } from "../../support/scene.ts";
import { ADA, GRACE } from "../../support/subjects/subject.ts";
import { unsubscribeUrl } from "../../../supabase/functions/_shared/notices/mail/unsubscribe.ts";
import { move } from "../proposals/support.ts";
import { API_DOCUMENT_PATH } from "../../../local/api-document.ts";
import { DEFAULT_SETTINGS } from "../../support/default-settings.ts";

const SUCCESS = / [23]\d\d$/;

Deno.test({
  name: "what the document says of the Calendar API is true",
  sanitizeOps: false,
  sanitizeResources: false,
}, async (t) => {
  const scene = await openScene();
  const { stack, sql, redirect_to } = scene;
  const base = `${stack.apiUrl}/functions/v1/calendar`;
  try {
    const published = await fetch(`${base}/openapi.json`);
    const text = await published.text();
    const document = checkAgainst(JSON.parse(text));
    const seen = (method: string, path: string, response: Promise<Response>) =>
      response.then((answer) => document.check(method, path, answer).then((body) => ({ answer, body })));
    const call = async (api: CalendarApi, method: string, path: string, status: number, body?: unknown) => {
      const { answer, body: said } = await seen(method, path, api.request(method, path, body));
      assert.equal(answer.status, status, said);
      return said;
    };

    await t.step("it is public, the one that is checked in, and need not be sent twice", async () => {
      assert.equal(published.status, 200);
      assert.deepEqual(JSON.parse(text), JSON.parse(await Deno.readTextFile(API_DOCUMENT_PATH)));
      assert.match(published.headers.get("cache-control") ?? "", /public/);
      const again = await fetch(`${base}/openapi.json`, {
        headers: { "if-none-match": published.headers.get("etag") ?? "" },
      });
      assert.equal(again.status, 304);
      await again.body?.cancel();
    });

    const { id: user_id, api } = await scene.newUser();
    let integration_id = "";

    await t.step("of connecting", async () => {
      await call(api, "GET", "/providers", 200);
      await call(api, "GET", "/admin_consent?provider=outlook", 200);
      await call(api, "GET", "/admin_consent?provider=google", 400);
      const authorize = `/authorize?provider=google&access=existing&redirect_to=${
        encodeURIComponent(redirect_to)
      }`;
      const { url } = JSON.parse(await call(api, "GET", authorize, 200));
      const page = new URL(url);
      page.searchParams.set("emulator_account", ADA);
      page.searchParams.set("emulator_consent", "allow");
      const callback = await redirectOf(page);
      const landed = await fetch(callback, { redirect: "manual" });
      await document.check("GET", "/callback", landed);
      const connection = new URL(landed.headers.get("location") ?? "").searchParams.get(
        "calendar_connection",
      );
      await call(api, "GET", "/status", 200);
      integration_id = z.object({ id: z.string() }).parse(
        JSON.parse(await call(api, "POST", "/confirm", 200, { connection })),
      ).id;
      await call(api, "POST", "/confirm", 400, { connection });
      const other = await scene.newUser();
      const theirs = await consent(await other.api.authorizeUrl({ redirect_to }), GRACE);
      await call(api, "POST", "/confirm", 403, {
        connection: theirs.searchParams.get("calendar_connection"),
      });
    });

    await t.step("of connecting with a password", async () => {
      const { api } = await scene.newUser();
      const account = {
        provider: "caldav",
        server_url: scene.stack.caldavUrl,
        username: ADA,
        password: PASSWORD,
      };
      await call(api, "POST", "/connect", 400, { ...account, username: "a:b" });
      await call(api, "POST", "/connect", 422, { ...account, password: "wrong" });
      beOdd(scene.stack.caldav, { mkcalendar: "refused" });
      await call(api, "POST", "/connect", 409, account);
      beOdd(scene.stack.caldav);
      await call(api, "POST", "/connect", 201, account);
      await call(api, "POST", "/connect", 200, account);
      await call(api, "GET", "/status", 200);
    });

    await t.step("of calendars and settings", async () => {
      const { calendars } = z.object({
        calendars: z.array(z.object({ id: z.string(), primary: z.boolean() })),
      }).parse(JSON.parse(await call(api, "GET", `/calendars?integration_id=${integration_id}`, 200)));
      const primary = calendars.find(({ primary }) => primary);
      assert.ok(primary);
      await call(api, "PATCH", "/status", 200, {
        integration_id,
        calendar_id: primary.id,
        settings: { ...DEFAULT_SETTINGS, reminders_minutes: [60] },
      });
      await call(api, "GET", "/options", 200);
      await call(api, "POST", "/reapply", 202, { integration_id });
      await call(api, "POST", "/reapply", 404, { integration_id: crypto.randomUUID() });
      await call(api, "POST", "/test_event", 200, { integration_id });
      await call(api, "POST", "/test_event", 404, { integration_id: crypto.randomUUID() });
      await call(api, "POST", "/test_event", 400, {});
      const test = `/test_event?integration_id=${integration_id}`;
      await until(async () => (await call(api, "GET", test, 200)).includes('"there"'));
      await call(api, "DELETE", test, 200);
      await until(async () => await call(api, "GET", test, 200) === '{"test_event":null}');
      for (const method of ["GET", "DELETE"]) {
        await call(api, method, `/test_event?integration_id=${crypto.randomUUID()}`, 404);
        await call(api, method, "/test_event", 400);
      }
      await call(api, "PATCH", "/status", 409, { integration_id, calendar_id: "another" });
      await call(api, "POST", "/calendars", 200, { integration_id });
      await call(api, "POST", "/calendars", 404, { integration_id: crypto.randomUUID() });
      scene.provider.emulator.faults.set([
        { kind: "status", status: 503, match: { method: "GET", path: "/calendarList" } },
      ]);
      await call(api, "GET", `/calendars?integration_id=${integration_id}`, 502);
      scene.provider.emulator.faults.clear();
    });

    await t.step("of syncing, of what failed and of what became of it", async () => {
      const [obligation] = await sql<{ id: string }[]>`
        insert into public.obligations (user_id, title, deadline_at, time_zone)
        values (${user_id}, 'Air emissions', '2027-01-31 10:00+01', 'Europe/Paris'), (${user_id}, 'Noise', null, null)
        returning id`;
      assert.ok(obligation);
      await call(api, "POST", "/sync", 202);
      await call(api, "POST", "/sync", 202, { integration_id });
      await call(api, "POST", "/sync", 404, { integration_id: crypto.randomUUID() });
      const listed = await until(async () => {
        const said = await call(api, "GET", "/activity?limit=200", 200);
        return said.includes("created") && said;
      });
      assert.ok(listed.includes("2027-01-31T09:00:00Z"), listed);
      await call(api, "GET", "/activity?limit=201", 400);
      const found = await call(api, "GET", "/obligations?search=AIR", 200);
      assert.ok(found.includes("Air emissions") && !found.includes("Noise"), found);
      await call(api, "GET", "/obligations?limit=51", 400);
      await call(api, "GET", "/obligations?search=%00", 400);
      await call(api, "GET", `/explain?obligation_id=${obligation.id}`, 200);
      await call(api, "GET", `/explain?obligation_id=${crypto.randomUUID()}`, 404);
      const evidence = await call(api, "GET", `/evidence?obligation_id=${obligation.id}`, 200);
      assert.ok(evidence.includes("2027-01-31T09:00:00Z"), evidence);
      const csv = await call(api, "GET", `/evidence?obligation_id=${obligation.id}&format=csv`, 200);
      assert.ok(csv.includes("2027-01-31T09:00:00Z"), csv);
      await call(api, "GET", `/evidence?obligation_id=${crypto.randomUUID()}`, 404);
      await call(api, "GET", `/evidence?obligation_id=${obligation.id}&format=pdf`, 400);
      await sql`
        insert into calendar_sync.jobs (integration_id, kind, obligation_id, failed_at, attempts, last_error)
        values (${integration_id}, 'event', ${obligation.id}, now(), 8, 'timeout')
        on conflict (integration_id, obligation_id, kind) do update set failed_at = now(), attempts = 8, last_error = 'timeout'`;
      const { problems } = JSON.parse(await call(api, "GET", "/problems", 200));
      assert.match(problems[0].message, /after several attempts/);
      await call(api, "GET", `/explain?obligation_id=${obligation.id}`, 200);
      const queued = await call(api, "POST", "/retry", 202, { integration_id, obligation_id: obligation.id });
      assert.deepEqual(JSON.parse(queued), { queued: 1 });
      await until(async () => (await call(api, "GET", "/problems", 200)).includes('"total":0'));
      await call(api, "POST", "/retry", 404, { integration_id: crypto.randomUUID() });
      await call(api, "POST", "/retry", 400, { integration_id, everything: true });
    });

    await t.step("of every error that a calendar may show", async () => {
      const errors = [
        { code: "mass_deletion", message: "Many.", details: { deletions: 30, events: 40 } },
        {
          code: "admin_consent_required",
          message: "Ask.",
          details: { admin_consent_url: "https://a.example" },
        },
        { code: "secret_unreadable", message: "Connect again." },
      ];
      for (const error of errors) {
        await sql`update public.calendar_integrations set status = 'paused', last_error = ${sql.json(error)}
          where id = ${integration_id}`;
        await call(api, "GET", "/status", 200);
        await call(api, "GET", `/explain?obligation_id=${(await anObligation()) ?? ""}`, 200);
      }
      await sql`update public.calendar_integrations set last_error = ${sql.json(errors[0] ?? {})}
        where id = ${integration_id}`;
      await call(api, "POST", "/resume", 200, { integration_id });
      await call(api, "POST", "/resume", 404, { integration_id: crypto.randomUUID() });
      async function anObligation() {
        const [row] = await sql<{ id: string }[]>`
          select id from public.obligations where user_id = ${user_id} limit 1`;
        return row?.id;
      }
    });

    await t.step("of proposals", async () => {
      const [obligation] = await sql<{ id: string }[]>`
        insert into public.obligations (user_id, title, deadline_date) values (${user_id}, 'Moved', '2027-01-01') returning id`;
      const id = await move({ sql }, integration_id, obligation?.id ?? "");
      await call(api, "GET", "/proposals", 200);
      await call(api, "POST", `/proposals/${id}/accept`, 200);
      await call(api, "POST", `/proposals/${id}/accept`, 409);
      await call(api, "POST", `/proposals/${id}/undo`, 200);
      await call(api, "POST", `/proposals/${id}/undo`, 409);
      await call(api, "POST", `/proposals/${id}/dismiss`, 200);
      await call(api, "POST", `/proposals/${crypto.randomUUID()}/dismiss`, 404);
      await call(api, "GET", "/activity", 200);
    });

    await t.step("of notices and what is told by mail", async () => {
      const { notices } = z.object({ notices: z.array(z.object({ id: z.string(), kind: z.string() })) })
        .parse(JSON.parse(await call(api, "GET", "/notices", 200)));
      const added = notices.find(({ kind }) => kind === "connection_added");
      assert.ok(added);
      await call(api, "POST", `/notices/${added.id}/dismiss`, 204);
      await call(api, "POST", `/notices/${added.id}/restore`, 204);
      await call(api, "POST", `/notices/${crypto.randomUUID()}/restore`, 404);
      await call(api, "POST", `/notices/${crypto.randomUUID()}/dismiss`, 404);
      await call(api, "POST", "/notices/mine/dismiss", 400);
      await call(api, "GET", "/notifications", 200);
      await call(api, "PATCH", "/notifications", 200, { kinds: { connection_lost: "daily" } });
      await call(api, "PATCH", "/notifications", 400, { kinds: { key_added: "off" } });
      const address = await unsubscribeUrl(
        { user_id, kinds: ["deadline_failed"] },
        stack.apiUrl,
        stack.secrets["CALENDAR_STATE_SECRET"] ?? "",
      );
      for (
        const [method, url, status] of [["GET", address, 303], ["POST", address, 200], [
          "POST",
          `${address}x`,
          400,
        ]] as const
      ) {
        const { answer } = await seen(method, "/unsubscribe", fetch(url, { method, redirect: "manual" }));
        assert.equal(answer.status, status);
      }
    });

    await t.step("of feeds", async () => {
      const Feed = z.object({ id: z.string() });
      const made = await call(api, "POST", "/feeds", 201, {
        name: "Deadlines",
        settings: { obligation_types: ["air"], look_ahead_days: 30 },
        expires_at: "2999-01-01T00:00:00Z",
      });
      const { id } = Feed.parse(JSON.parse(made));
      await call(api, "POST", "/feeds", 400, { name: "" });
      await call(api, "GET", "/feeds", 200);
      await call(api, "PATCH", `/feeds/${id}`, 200, {
        expires_at: null,
        settings: { look_ahead_days: null },
      });
      await call(api, "PATCH", `/feeds/${id}`, 400, { url: "https://a.example" });
      await call(api, "PATCH", "/feeds/mine", 400, {});
      await call(api, "PATCH", `/feeds/${crypto.randomUUID()}`, 404, {});
      await call(api, "POST", `/feeds/${id}/rotate`, 200);
      await call(api, "POST", `/feeds/${crypto.randomUUID()}/rotate`, 404);
      await call(api, "GET", "/obligation_types", 200);
      for (let n = 1; n < 20; n++) await call(api, "POST", "/feeds", 201, { name: `Feed ${n}` });
      await call(api, "POST", "/feeds", 409, { name: "One more" });
      await call(api, "DELETE", `/feeds/${id}`, 204);
      await call(api, "DELETE", `/feeds/${id}`, 404);
    });

    await t.step("of API keys", async () => {
      const body = { name: "Report", scopes: ["status:read"] };
      const { id } = JSON.parse(await call(api, "POST", "/keys", 201, body));
      await call(api, "POST", "/keys", 400, { name: "Report" });
      await call(api, "GET", "/keys", 200);
      await call(api, "GET", "/keys?key=eck_live_0123456789", 400);
      const rotated = JSON.parse(await call(api, "POST", `/keys/${id}/rotate`, 201));
      await call(api, "POST", `/keys/${id}/rotate`, 409);
      await call(api, "POST", `/keys/${crypto.randomUUID()}/rotate`, 404);
      for (let n = 2; n < 20; n++) await call(api, "POST", "/keys", 201, body);
      await call(api, "POST", "/keys", 409, body);
      await call(api, "DELETE", `/keys/${rotated.id}`, 204);
      await call(api, "DELETE", `/keys/${rotated.id}`, 404);
    });

    await t.step("of preferences", async () => {
      await call(api, "GET", "/preferences", 200);
      await call(api, "PATCH", "/preferences", 200, {
        time_zone: "Europe/Paris",
        all_day_reminder_time: "08:00",
      });
      await call(api, "PATCH", "/preferences", 400, { time_zone: "Europe/Nowhere" });
    });

    await t.step("of webhooks", async () => {
      const url = "https://receiver.example.com/events";
      const types = ["deadline.failed"];
      const { id } = JSON.parse(await call(api, "POST", "/webhooks", 201, { url, types }));
      await call(api, "POST", "/webhooks", 400, { url, types: ["deadline.invented"] });
      await call(api, "POST", "/webhooks", 422, { url: "https://127.0.0.1/", types });
      await call(api, "GET", "/webhooks", 200);
      await call(api, "PATCH", `/webhooks/${id}`, 200, { types: ["deadline.shown"] });
      await call(api, "PATCH", `/webhooks/${id}`, 400, { secret: "of my own" });
      await call(api, "PATCH", `/webhooks/${id}`, 422, { url: "http://receiver.example.com/" });
      await call(api, "PATCH", `/webhooks/${crypto.randomUUID()}`, 404, {});
      await call(api, "POST", `/webhooks/${id}/rotate`, 200);
      await call(api, "POST", `/webhooks/${crypto.randomUUID()}/rotate`, 404);
      const delivery = JSON.parse(await call(api, "POST", `/webhooks/${id}/test`, 202));
      await call(api, "POST", `/webhooks/${crypto.randomUUID()}/test`, 404);
      await call(api, "GET", `/webhooks/${id}/deliveries`, 200);
      await call(api, "GET", `/webhooks/${id}/deliveries?limit=0`, 400);
      await call(api, "GET", `/webhooks/${crypto.randomUUID()}/deliveries`, 404);
      await call(api, "POST", `/webhooks/${id}/deliveries/${delivery.id}/retry`, 202);
      await call(api, "POST", `/webhooks/${id}/deliveries/${crypto.randomUUID()}/retry`, 404);
      const since = new Date(0).toISOString();
      await call(api, "POST", `/webhooks/${id}/replay`, 202, { since });
      await call(api, "POST", `/webhooks/${id}/replay`, 400, { since: "yesterday" });
      await call(api, "POST", `/webhooks/${crypto.randomUUID()}/replay`, 404, { since });
      for (let n = 1; n < 5; n++) await call(api, "POST", "/webhooks", 201, { url, types });
      await call(api, "POST", "/webhooks", 409, { url, types });
      await call(api, "DELETE", `/webhooks/${id}`, 204);
      await call(api, "DELETE", `/webhooks/${id}`, 404);
    });

    await t.step("of a body that is no JSON, says it is text, is missing or is too large", async () => {
      const send = (body: BodyInit, content_type: string) =>
        seen(
          "POST",
          "/sync",
          fetch(`${base}/sync`, {
            method: "POST",
            headers: { ...api.headers(), "content-type": content_type },
            body,
          }),
        );
      const malformed = await send("{", "application/json");
      assert.equal(malformed.answer.status, 400);
      assert.equal(JSON.parse(malformed.body).message, "The body is not JSON.");
      const another = JSON.stringify({ integration_id: crypto.randomUUID() });
      for (const type of ["text/plain", "application/x-www-form-urlencoded", "application/json"]) {
        assert.equal((await send(another, type)).answer.status, 404, `${type} is read`);
      }
      assert.equal((await send("", "text/plain")).answer.status, 202);
      const large = JSON.stringify({ integration_id, filler: "x".repeat(64 * 1024) });
      assert.equal((await send(large, "application/json")).answer.status, 413);
      assert.equal((await send(large.slice(-3).padStart(64 * 1024, " "), "text/plain")).answer.status, 400);
    });

    await t.step("a body without an end is refused before it has one", async () => {
      let sent = 0;
      const endless = new ReadableStream<Uint8Array>({
        pull(controller) {
          sent += 4096;
          controller.enqueue(new Uint8Array(4096).fill(32));
        },
      });
      const response = await fetch(`http://127.0.0.1:${stack.function("calendar").port}/calendar/sync`, {
        method: "POST",
        headers: api.headers(),
        body: endless,
      });
      assert.equal(response.status, 413);
      assert.equal((await response.json()).code, "invalid_request");
      assert.ok(sent < 16 * 1024 * 1024, `${sent} bytes`);
    });

    await t.step("of whoever is not signed in", async () => {
      for (const [method, path] of [["GET", "/problems"], ["POST", "/retry"], ["GET", "/obligations"]]) {
        assert.ok(method && path);
        const { answer } = await seen(
          method,
          path,
          fetch(`${base}${path}`, { method, headers: { apikey: stack.publishableKey } }),
        );
        assert.equal(answer.status, 401);
      }
    });

    await t.step("of leaving", async () => {
      await call(api, "DELETE", `/?integration_id=${integration_id}&events=some`, 400);
      await sql`update public.calendar_integrations set status = 'disconnected' where id = ${integration_id}`;
      await call(api, "DELETE", `/?integration_id=${integration_id}&events=remove`, 409);
      await call(api, "DELETE", `/?integration_id=${integration_id}`, 204);
      await call(api, "DELETE", `/?integration_id=${integration_id}`, 404);
      const again = await scene.connect(api, ADA);
      await call(api, "DELETE", `/?integration_id=${again.id}&events=remove`, 202);
    });

    await t.step("whatever it promises has been seen", () => {
      assert.deepEqual(document.unseen().filter((where) => SUCCESS.test(where)), []);
    });
  } finally {
    await scene.close();
  }
});
