import assert from "node:assert/strict";
import { startOutlookEmulator } from "../../../local/providers/outlook/server.ts";
import { accessToken, ALL_DAY, graphCalls, IMMUTABLE, refusal, segment } from "./outlook-calls.ts";

const ADA = "ada@example.com";
const PROPERTY = "String {8f2b6f2e-7c1d-4a55-9d0e-2b6f0c6f1a11} Name obligation_id";
const client = { id: "client", secret: "no real secret", redirect_uris: ["http://127.0.0.1/callback"] };
const tagged = (value: string) => ({ singleValueExtendedProperties: [{ id: PROPERTY, value }] });
const at = (dateTime: string, timeZone = "UTC") => ({ dateTime, timeZone });
const filter = (id: string, value: string) =>
  `$filter=${segment(`singleValueExtendedProperties/Any(ep: ep/id eq '${id}' and ep/value eq '${value}')`)}`;
const EXPAND = `$expand=${segment(`singleValueExtendedProperties($filter=id eq '${PROPERTY}')`)}`;

/** What the page is given of an event. */
const VIEW_KEYS = [
  "id",
  "version",
  "title",
  "day",
  "time",
  "time_zone",
  "reminders_minutes",
  "description",
  "link",
  "obligation_id",
];

Deno.test({
  name: "the Outlook emulator refuses what Graph refuses, in its error shape",
  sanitizeOps: false,
  sanitizeResources: false,
}, async (t) => {
  const outlook = await startOutlookEmulator({ client });
  const { state } = outlook;
  const call = graphCalls(outlook, accessToken(outlook, ADA));
  const control = async (method: string, path: string, body: unknown) => {
    const response = await fetch(`${outlook.url}/emulator${path}`, { method, body: JSON.stringify(body) });
    const text = await response.text();
    assert.ok(response.ok, text);
    return text === "" ? null : JSON.parse(text);
  };
  try {
    const made = await call("POST", "/me/calendars", { name: "Deadlines", ...tagged("ours") });
    assert.equal(made.status, 201);
    const calendar_id: string = made.json.id;
    const events = `/me/calendars/${segment(calendar_id)}/events`;
    const create = async (body: Record<string, unknown>) =>
      await call("POST", events, { ...ALL_DAY, ...body });

    await t.step("tokens: unknown, without the scope, without a mailbox", async () => {
      const unknown = await graphCalls(outlook, "unknown")("GET", "/me/calendar");
      assert.deepEqual(refusal(unknown), [401, "InvalidAuthenticationToken"]);
      assert.match(unknown.headers.get("www-authenticate") ?? "", /^Bearer /);
      assert.equal(unknown.json.error.innerError["request-id"], unknown.headers.get("request-id"));
      const narrow = graphCalls(outlook, accessToken(outlook, ADA, ["User.Read"]));
      assert.deepEqual(refusal(await narrow("GET", "/me/calendar")), [403, "ErrorAccessDenied"]);
      const mary = graphCalls(outlook, accessToken(outlook, "mary@example.com"));
      assert.deepEqual(refusal(await mary("GET", "/me/calendar")), [404, "MailboxNotEnabledForRESTAPI"]);
    });

    await t.step("calendars: one name each, strict bodies, the default one stays, others go", async () => {
      assert.deepEqual(
        refusal(await call("POST", "/me/calendars", { name: "deadlines" })),
        [409, "ErrorFolderExists"],
      );
      assert.deepEqual(
        refusal(await call("POST", "/me/calendars", { name: "x", colour: "red" })),
        [400, "RequestBodyRead"],
      );
      const { json } = await call("GET", "/me/calendar");
      assert.deepEqual([json.name, json.isDefaultCalendar, json.canEdit], ["Calendar", true, true]);
      assert.equal((await call("DELETE", `/me/calendars/${segment(json.id)}`)).status, 400);
      const other = await call("POST", "/me/calendars", { name: "Short-lived" });
      const path = `/me/calendars/${segment(other.json.id)}`;
      assert.equal((await call("DELETE", path)).status, 204);
      assert.deepEqual(refusal(await call("GET", path)), [404, "ErrorItemNotFound"]);
      const shared = (await call("GET", "/me/calendars")).json.value
        .find(({ canEdit }: { canEdit: boolean }) => !canEdit);
      const write = await call("POST", `/me/calendars/${segment(shared.id)}/events`, ALL_DAY);
      assert.deepEqual(refusal(write), [403, "ErrorAccessDenied"]);
      const path_of_shared = `/me/calendars/${segment(shared.id)}/events`;
      assert.deepEqual(refusal(await call("GET", path_of_shared)), [403, "ErrorAccessDenied"]);
      const covered = accessToken(outlook, ADA, ["Calendars.ReadWrite", "Calendars.Read.Shared"]);
      assert.equal((await graphCalls(outlook, covered)("GET", path_of_shared)).status, 200);
    });

    await t.step("collections come in pages, each with an absolute link to the next", async () => {
      const first = await call("GET", "/me/calendars?$top=2&$select=name");
      assert.deepEqual(Object.keys(first.json.value[0]), ["id", "name"]);
      const second = await call("GET", first.json["@odata.nextLink"]);
      assert.equal(second.json.value.length, 1);
      assert.equal("@odata.nextLink" in second.json, false);
      await control("PATCH", "/settings", { page_size_max: 1 });
      const short = await call("GET", "/me/calendars?$top=2");
      await control("PATCH", "/settings", { page_size_max: null });
      assert.equal(short.json.value.length, 1);
      const third = await call("GET", short.json["@odata.nextLink"]);
      assert.equal(third.json.value.length, 2);
      for (
        const query of [
          "$top=0",
          "$top=1001",
          "$select=colour",
          "$orderby=name",
          "top=1",
          "$top=1&$top=1",
          "$skiptoken=2",
        ]
      ) {
        assert.equal((await call("GET", `/me/events?${query}`)).status, 400, query);
      }
    });

    await t.step("bodies: unknown names, spellings, lengths", async () => {
      const cases: readonly (readonly [Record<string, unknown>, string])[] = [
        [{ title: "x" }, "RequestBodyRead"],
        [{ showAs: "Free" }, "RequestBodyRead"],
        [{ body: { contentType: "markdown", content: "" } }, "RequestBodyRead"],
        [{ reminderMinutesBeforeStart: -1 }, "RequestBodyRead"],
        [{ reminderMinutesBeforeStart: 1.5 }, "RequestBodyRead"],
        [{ subject: "x".repeat(256) }, "ErrorPropertyValidationFailure"],
        [{ singleValueExtendedProperties: [{ id: "obligation_id", value: "x" }] }, "ErrorInvalidRequest"],
      ];
      for (const [body, code] of cases) {
        assert.deepEqual(refusal(await create(body)), [400, code], JSON.stringify(body));
      }
      assert.deepEqual(refusal(await call("POST", events, {})), [400, "ErrorPropertyValidationFailure"]);
      assert.equal(
        (await create({ subject: "x".repeat(255), body: { contentType: "HTML", content: "" } })).status,
        201,
      );
      const bare = await call("POST", events, ALL_DAY, { ...IMMUTABLE, "content-type": "text/plain" });
      assert.equal(bare.status, 400);
    });

    await t.step("times: no offset, known zones, no end before the start", async () => {
      const timed = (start: unknown, end: unknown) => create({ isAllDay: false, start, end });
      const from = at("2027-01-01T10:00:00");
      for (
        const bad of ["2027-01-01T10:00:00Z", "2027-01-01T10:00:00+01:00", "2027-02-30T10:00:00", "today"]
      ) {
        assert.deepEqual(refusal(await timed(at(bad), from)), [400, "ErrorPropertyValidationFailure"], bad);
      }
      for (const zone of ["America/Toronto", "Mars/Olympus", "CET", ""]) {
        assert.equal((await timed(at("2027-01-01T10:00", zone), from)).code, "TimeZoneNotSupportedException");
      }
      for (const zone of ["Romance Standard Time", "Europe/Paris", "UTC"]) {
        assert.equal(
          (await timed(at("2027-01-01T10:00", zone), at("2027-01-01T10:30", zone))).status,
          201,
          zone,
        );
      }
      assert.equal((await timed(from, at("2027-01-01T09:59:59"))).code, "ErrorPropertyValidationFailure");
      assert.equal((await timed(from, at("2027-01-01T10:30:00", "Europe/Paris"))).status, 400);
    });

    await t.step("times are read in UTC, or in the zone that was preferred", async () => {
      const start = at("2027-07-01T10:00:00", "Europe/Paris");
      const { json } = await create({
        isAllDay: false,
        start,
        end: at("2027-07-01T10:30:00", "Europe/Paris"),
      });
      assert.deepEqual(json.start, at("2027-07-01T08:00:00.0000000"));
      const path = `/me/events/${segment(json.id)}`;
      const preferred = { prefer: 'IdType="ImmutableId", outlook.timezone="Tokyo Standard Time"' };
      const read = await call("GET", path, undefined, preferred);
      assert.deepEqual(read.json.start, at("2027-07-01T17:00:00.0000000", "Tokyo Standard Time"));
      const day = await create({
        start: at("2027-01-01T00:00:00", "Europe/Paris"),
        end: at("2027-01-02T00:00:00", "Europe/Paris"),
      });
      assert.equal(day.json.start.dateTime, "2027-01-01T00:00:00.0000000");
    });

    await t.step("all-day: midnight to midnight, one zone, at least a day", async () => {
      const start = ALL_DAY.start;
      for (
        const end of [
          start,
          at("2027-01-01T23:59:59"),
          at("2027-01-02T10:00:00"),
          at("2027-01-02T00:00:00", "Europe/Paris"),
        ]
      ) {
        assert.deepEqual(refusal(await create({ end })), [400, "ErrorInvalidRequest"], JSON.stringify(end));
      }
      const { json } = await create({});
      const path = `/me/events/${segment(json.id)}`;
      assert.equal((await call("PATCH", path, { isAllDay: false })).status, 400);
      const timed = { isAllDay: false, start: at("2027-01-01T10:00"), end: at("2027-01-01T11:00") };
      assert.equal((await call("PATCH", path, timed)).status, 200);
    });

    await t.step("events: what was left out, what is rewritten, what is null", async () => {
      const { json } = await create({ body: { contentType: "text", content: "a < b\nhttps://x.example" } });
      assert.deepEqual(
        [
          json.isReminderOn,
          json.reminderMinutesBeforeStart,
          json.showAs,
          json.onlineMeeting,
          json.seriesMasterId,
        ],
        [true, 15, "busy", null, null],
      );
      assert.equal(json["@odata.etag"], `W/"${json.changeKey}"`);
      assert.equal(json.body.contentType, "html");
      assert.match(json.body.content, /<html><head>.*converted from text.*a &lt; b<br>/s);
      const path = `/me/events/${segment(json.id)}`;
      const text = await call("GET", path, undefined, {
        prefer: 'IdType="ImmutableId", outlook.body-content-type="text"',
      });
      assert.deepEqual(text.json.body, { contentType: "text", content: "a < b\r\nhttps://x.example" });
      const html = await call("PATCH", path, {
        body: { contentType: "html", content: "<b>x</b>" },
        subject: "s",
      });
      assert.match(html.json.body.content, /<body>\r\n<b>x<\/b>/);
      assert.notEqual(html.json.changeKey, json.changeKey);
      assert.deepEqual(html.json.start, json.start);
    });

    await t.step("deleting answers 204 once", async () => {
      const path = `/me/events/${segment((await create({})).json.id)}`;
      assert.equal((await call("DELETE", path)).status, 204);
      for (const method of ["DELETE", "GET"]) {
        assert.deepEqual(refusal(await call(method, path)), [404, "ErrorItemNotFound"]);
      }
    });

    await t.step("ids have to be escaped, once, and are case-sensitive", async () => {
      const { id } = (await create({})).json;
      assert.match(id, /\/.*\+.*=/);
      assert.equal((await call("GET", `/me/events/${segment(id)}`)).status, 200);
      for (const wrong of [id, segment(segment(id)), segment(id.toLowerCase()), segment(id.slice(1)), "x"]) {
        assert.ok([400, 404].includes((await call("GET", `/me/events/${wrong}`)).status), wrong);
      }
      assert.equal((await call("GET", "/me/events/x")).code, "ErrorInvalidIdMalformed");
    });

    await t.step("the immutable id survives a move, the other one does not", async () => {
      const { id } = (await create({})).json;
      const without = (await call("GET", `${events}?$top=1000`, undefined, {})).json.value.at(-1);
      assert.notEqual(without.id, id);
      const mutable = () => call("GET", `/me/events/${segment(without.id)}`, undefined, {});
      assert.equal((await mutable()).status, 200);
      const form = await call("GET", `/me/events/${segment(id)}`);
      assert.equal(form.headers.get("preference-applied"), 'IdType="ImmutableId"');
      assert.equal((await call("GET", `/me/events/${segment(without.id)}`)).status, 404);
      const calendar = (await call("GET", "/me/calendar")).json;
      const edit = { account: ADA, calendar_id, event_id: id, change: { move_to: calendar.id } };
      await control("POST", "/user_edit", edit);
      assert.equal((await mutable()).status, 404);
      assert.equal((await call("GET", `/me/events/${segment(id)}`)).status, 200);
      await control("POST", "/user_edit", {
        ...edit,
        calendar_id: calendar.id,
        change: { subject: "by hand" },
      });
      assert.equal((await call("GET", `/me/events/${segment(id)}`)).json.subject, "by hand");
      await control("POST", "/user_edit", { ...edit, calendar_id: calendar.id, change: "delete" });
      assert.equal((await call("GET", `/me/events/${segment(id)}`)).status, 404);
    });

    await t.step("extended properties: found by value, shown when asked for", async () => {
      const { json } = await create(tagged("ABC'd"));
      assert.equal("singleValueExtendedProperties" in json, false);
      const list = async (query: string) => (await call("GET", `/me/events?${query}`)).json.value;
      const [found] = await list(`${filter(PROPERTY, "abc''D")}&${EXPAND}`);
      assert.deepEqual([found.id, found.singleValueExtendedProperties], [
        json.id,
        [{ id: PROPERTY, value: "ABC'd" }],
      ]);
      assert.equal(
        (await list(
          filter(PROPERTY.toUpperCase().replace("STRING", "String").replace("NAME", "Name"), "ABC''d"),
        )).length,
        0,
      );
      for (
        const wrong of [
          "$filter=subject eq 'x'",
          "$filter=singleValueExtendedProperties/Any(ep: ep/value eq 'x')",
          filter("obligation_id", "x"),
          filter(PROPERTY, "x").replaceAll("%20", "+"),
        ]
      ) {
        assert.deepEqual(
          refusal(await call("GET", `/me/events?${wrong}`)),
          [400, "ErrorInvalidRequest"],
          wrong,
        );
      }
      const calendars = await call("GET", `/me/calendars?${filter(PROPERTY, "OURS")}&${EXPAND}`);
      assert.deepEqual(
        calendars.json.value.map((
          one: Record<string, unknown>,
        ) => [one["id"], one["singleValueExtendedProperties"]]),
        [[calendar_id, [{ id: PROPERTY, value: "ours" }]]],
      );
    });

    await t.step("a transactionId makes one event, and is never used for another", async () => {
      const body = { transactionId: "t-1", subject: "once", ...ALL_DAY };
      const first = await call("POST", events, body);
      const again = await call("POST", events, body);
      assert.deepEqual([again.status, again.json.id], [201, first.json.id]);
      assert.equal(first.json.transactionId, "t-1");
      const other = await call("POST", events, { ...body, subject: "other" });
      assert.deepEqual(refusal(other), [400, "ErrorDuplicateTransactionId"]);
      assert.equal(other.json.error["@event.existingEventId"], first.json.id);
      await control("PATCH", "/settings", { names_existing_event: false, duplicate_transaction_status: 409 });
      const unnamed = await call("POST", events, { ...body, subject: "other" });
      assert.equal(unnamed.status, 409);
      assert.equal("@event.existingEventId" in unnamed.json.error, false);
      await control("PATCH", "/settings", { names_existing_event: true, duplicate_transaction_status: 400 });

      const path = `/me/events/${segment(first.json.id)}`;
      assert.equal((await call("PATCH", path, { transactionId: "t-2" })).status, 400);
      await call("DELETE", path);
      const burned = await call("POST", events, body);
      assert.equal(burned.code, "ErrorDuplicateTransactionId");
      assert.equal("@event.existingEventId" in burned.json.error, false);
      state.burn_transaction_ids = false;
      assert.notEqual((await call("POST", events, body)).json.id, first.json.id);
      state.burn_transaction_ids = true;
    });

    await t.step("a calendar's id changes under its client, what is in it stays", async () => {
      const { json } = await call("POST", "/me/calendars", { name: "Swapped", ...tagged("swapped") });
      const event = await call("POST", `/me/calendars/${segment(json.id)}/events`, ALL_DAY);
      await control("POST", "/swap_calendar_id", { account: ADA, calendar_id: json.id });
      const gone = await call("GET", `/me/calendars/${segment(json.id)}/events`);
      assert.deepEqual(refusal(gone), [404, "ErrorItemNotFound"]);
      const { value } = (await call("GET", `/me/calendars?${filter(PROPERTY, "swapped")}`)).json;
      const kept = await call("GET", `/me/calendars/${segment(value[0].id)}/events`);
      assert.deepEqual(kept.json.value.map(({ id }: { id: string }) => id), [event.json.id]);
      state.swap_new_calendar_ids = true;
      const made = await call("POST", "/me/calendars", { name: "Swapped at once" });
      assert.equal((await call("GET", `/me/calendars/${segment(made.json.id)}`)).status, 404);
      state.swap_new_calendar_ids = false;
    });

    await t.step("a connection lost after the write leaves the write applied", async () => {
      for (const [kind, count] of [["drop_before", 0], ["drop_after", 1]] as const) {
        outlook.faults.set([{ kind, match: { method: "POST", path: "/events$" } }]);
        await assert.rejects(create({ ...tagged(kind), transactionId: kind }), kind);
        outlook.faults.clear();
        assert.equal((await call("GET", `/me/events?${filter(PROPERTY, kind)}`)).json.value.length, count);
      }
    });

    await t.step("faults answer in Graph's shape", async () => {
      outlook.faults.set([{
        kind: "status",
        status: 401,
        reason: "InvalidAuthenticationToken",
        headers: { "WWW-Authenticate": 'Bearer error="insufficient_claims", claims="e30="' },
        match: { path: "^/v1.0/me/calendar$" },
        times: 1,
      }]);
      const answer = await call("GET", "/me/calendar");
      assert.deepEqual(refusal(answer), [401, "InvalidAuthenticationToken"]);
      assert.match(answer.headers.get("www-authenticate") ?? "", /insufficient_claims/);
    });

    await t.step("the page and the view show what is there", async () => {
      assert.match(await (await fetch(outlook.url)).text(), /Outlook Calendar emulator/);
      const { accounts } = await control("GET", "/view", undefined);
      const shown = accounts[0].calendars.find(({ id }: { id: string }) => id === calendar_id).events;
      assert.ok(shown.length > 0);
      assert.deepEqual(Object.keys(shown[0]), VIEW_KEYS);
      const seen = await control("GET", "/state", undefined);
      assert.equal(seen.accounts[0].calendars[0].name, "Calendar");
      assert.deepEqual(seen.quota_violations, []);
    });
  } finally {
    await outlook.close();
  }
});
