import assert from "node:assert/strict";
import { outcomesOf } from "../../../../supabase/functions/_shared/providers/calendar-client.ts";
import type { CalendarEvent } from "../../../../supabase/functions/_shared/domain/calendar-event.ts";
import { eventOf } from "../event.ts";
import { never } from "../listing.ts";
import { type Account, testAccount } from "./account.ts";

const DUE = { due: { kind: "date", date: "2027-03-15" } } as const;

const move = ({ store }: Account, event_id: string) =>
  store(event_id, (text) =>
    text.replace(/DTSTART;VALUE=DATE:\d{8}/, "DTSTART;VALUE=DATE:20270405")
      .replace(/DTEND;VALUE=DATE:\d{8}/, "DTEND;VALUE=DATE:20270406"));

async function create({ client, calendar_id }: Account, event: CalendarEvent) {
  const created = await client.createEvent(calendar_id, event);
  assert.ok(created.kind === "done", JSON.stringify(created));
  return created;
}

async function update(
  { client, calendar_id }: Account,
  event_id: string,
  event: CalendarEvent,
  etag: string | null,
) {
  const change = { kind: "update", calendar_id, event_id, event, etag } as const;
  const [outcome] = outcomesOf(await client.applyChanges([change], never()));
  return outcome ?? assert.fail("It was not begun.");
}

for (
  const odd of [{ no_etag_on_put: true }, { rewrites_files: true }, {
    no_etag_on_put: true,
    weak_etags: true,
  }]
) {
  testAccount(
    `a server that says no version after a write is asked for it, so that an edit is met (${
      JSON.stringify(odd)
    })`,
    async (account) => {
      const { emulator, requests, fileOf } = account;
      const event = eventOf(DUE);
      const { event_id, etag } = await create(account, event);
      assert.deepEqual(requests().map((one) => one.split(" ")[0]), ["PUT", "GET"]);
      emulator.state.requests = [];
      const written = await update(account, event_id, { ...event, title: "New" }, etag);
      assert.ok(written.kind === "done" && written.etag !== null, JSON.stringify(written));
      assert.deepEqual(requests().map((one) => one.split(" ")[0]), ["GET", "PUT", "GET"]);
      move(account, event_id);
      const before = fileOf(event_id);
      assert.equal((await update(account, event_id, event, written.etag)).kind, "edited");
      assert.equal(fileOf(event_id), before);
    },
    { odd },
  );
}

testAccount("the version of an event that was moved meanwhile is not taken for ours", async (account) => {
  const { emulator } = account;
  const event = eventOf(DUE);
  const { event_id } = await create(account, event);
  const logRequest = emulator.state.logRequest.bind(emulator.state);
  emulator.state.logRequest = (request) => {
    logRequest(request);
    if (request.method === "PUT") move(account, event_id);
  };
  assert.deepEqual(await update(account, event_id, { ...event, title: "New" }, null), {
    kind: "done",
    event_id,
    etag: null,
  });
}, { odd: { no_etag_on_put: true } });

testAccount("a write counts although its version cannot be asked for", async (account) => {
  const { emulator, subject, calendar_id } = account;
  emulator.faults.set([{ kind: "status", status: 503, match: { method: "GET", path: "\\.ics$" } }]);
  const { etag } = await create(account, eventOf(DUE));
  assert.deepEqual([etag, subject.events(calendar_id).length], [null, 1]);
}, { odd: { no_etag_on_put: true } });
