import assert from "node:assert/strict";
import { outcomesOf } from "../../../../supabase/functions/_shared/providers/calendar-client.ts";
import { calendarAt } from "../../../../local/providers/caldav/state.ts";
import { eventOf, writtenId } from "../event.ts";
import { never } from "../listing.ts";
import { type Account, testAccount } from "./account.ts";

const filesOf = ({ emulator, calendar_id }: Account) =>
  calendarAt(emulator.state, calendar_id)?.calendar ?? assert.fail("There is no calendar.");

/** Removes our file, and leaves its user's copies: one whose UID has ours in it, one whose file names an event that is elsewhere. */
function leaveCopies(account: Account, event_id: string): ReadonlyMap<string, string> {
  const { emulator, fileOf } = account;
  const calendar = filesOf(account);
  const copies = [`copy-of-${event_id}`, "dentist", `${event_id}0`];
  for (const uid of copies) {
    const text = fileOf(event_id).replaceAll(event_id, uid).replace(/SUMMARY:.*/, "SUMMARY:Mine");
    emulator.state.store(calendar, `${uid}.ics`, { uid, text });
  }
  emulator.state.remove(calendar, `${event_id}.ics`);
  return new Map(copies.map((uid) => [`${uid}.ics`, calendar.files.get(`${uid}.ics`)?.text ?? ""]));
}

/** What the calendar holds beside the copies, which have to be as they were. */
function beside(account: Account, copies: ReadonlyMap<string, string>): readonly string[] {
  const { files } = filesOf(account);
  for (const [name, text] of copies) assert.equal(files.get(name)?.text, text, name);
  return [...files.keys()].filter((name) => !copies.has(name));
}

for (const ignores_filters of [false, true]) {
  const server = ignores_filters ? "a server that ignores filters" : "a server that finds by a part of a UID";
  testAccount(
    `${server} loses nothing: copies of an event are neither deleted nor written over`,
    async (account) => {
      const { client, calendar_id } = account;
      const event = eventOf();
      const created = await client.createEvent(calendar_id, event);
      assert.ok(created.kind === "done");
      const { event_id, etag } = created;
      const copies = leaveCopies(account, event_id);
      assert.equal((await client.deleteEvent(calendar_id, event_id)).kind, "gone");
      assert.deepEqual(beside(account, copies), []);
      const update = { kind: "update", calendar_id, event_id, event } as const;
      const reminders = { kind: "set_reminders", calendar_id, event_id, event } as const;
      const outcomes = outcomesOf(await client.applyChanges([{ ...update, etag }, reminders], never()));
      assert.deepEqual(outcomes.map((outcome) => outcome?.kind), ["gone", "gone"]);
      assert.deepEqual(beside(account, copies), []);
      assert.equal(writtenId(await client.updateEvent(calendar_id, event_id, event)), event_id);
      assert.deepEqual(beside(account, copies), [`${event_id}.ics`]);
    },
    { odd: { ignores_filters } },
  );

  testAccount(`${server} shows which file has the event, whatever its name`, async (account) => {
    const { client, calendar_id, emulator } = account;
    const event = eventOf();
    const event_id = writtenId(await client.createEvent(calendar_id, event));
    const file = filesOf(account).files.get(`${event_id}.ics`) ?? assert.fail();
    const copies = leaveCopies(account, event_id);
    emulator.state.store(filesOf(account), "RENAMED-1.ics", file);
    const title = "New";
    assert.equal(
      writtenId(await client.updateEvent(calendar_id, event_id, { ...event, title })),
      event_id,
    );
    assert.match(filesOf(account).files.get("RENAMED-1.ics")?.text ?? "", /SUMMARY:New/);
    assert.deepEqual(beside(account, copies), ["RENAMED-1.ics"]);
    assert.equal((await client.deleteEvent(calendar_id, event_id)).kind, "gone");
    assert.deepEqual(beside(account, copies), []);
  }, { odd: { ignores_filters } });
}

testAccount("where the whole calendar is too much for an answer, names tell", async (account) => {
  const { client, calendar_id, emulator } = account;
  const event = eventOf();
  const event_id = writtenId(await client.createEvent(calendar_id, event));
  const copies = leaveCopies(account, event_id);
  emulator.state.matches_max = 2;
  assert.equal((await client.deleteEvent(calendar_id, event_id)).kind, "gone");
  assert.equal(writtenId(await client.updateEvent(calendar_id, event_id, event)), event_id);
  assert.deepEqual(beside(account, copies), [`${event_id}.ics`]);
}, { odd: { ignores_filters: true } });

/** The server refuses once: it was there at that moment, and its user deleted it before it was read. */
testAccount("an event that is deleted while it is created again keeps its id", async (account) => {
  const { client, calendar_id, emulator, subject } = account;
  const event = eventOf();
  const first = writtenId(await client.createEvent(calendar_id, event));
  subject.user.deleteEvent(calendar_id, first);
  emulator.faults.set([{ kind: "status", status: 412, match: { method: "PUT" }, times: 1 }]);
  assert.equal(writtenId(await client.createEvent(calendar_id, event)), first);
});

testAccount("where 412 is the answer to every deleted id, the event gets the next one", async (account) => {
  const { client, calendar_id, emulator, subject } = account;
  const event = eventOf();
  const first = writtenId(await client.createEvent(calendar_id, event));
  subject.user.deleteEvent(calendar_id, first);
  emulator.faults.set([{ kind: "status", status: 412, match: { method: "PUT", path: `${first}\\.ics$` } }]);
  const second = writtenId(await client.createEvent(calendar_id, event));
  assert.equal(second, first.replace(/g0$/, "g1"));
  assert.equal(writtenId(await client.createEvent(calendar_id, { ...event, title: "New" })), second);
  assert.deepEqual(subject.events(calendar_id).map(({ id, title }) => [id, title]), [[second, "New"]]);
});

const EXCEPTION =
  '<d:error xmlns:d="DAV:"><s:exception xmlns:s="http://sabredav.org/ns">Sabre</s:exception></d:error>';
/** How a server says that a UID was deleted, without a word that says so. */
const REFUSALS = {
  "400": { kind: "status", status: 400 },
  "403": { kind: "status", status: 403 },
  "409": { kind: "status", status: 409 },
  "400 with an exception": { kind: "body", status: 400, body: EXCEPTION },
} as const;
for (const [name, refusal] of Object.entries(REFUSALS)) {
  testAccount(`${name} to a UID that was deleted: the event gets the next one`, async (account) => {
    const { client, calendar_id, emulator, subject } = account;
    const event = eventOf();
    const first = writtenId(await client.createEvent(calendar_id, event));
    subject.user.deleteEvent(calendar_id, first);
    emulator.faults.set([{ ...refusal, match: { method: "PUT", path: `${first}\\.ics$` } }]);
    const second = writtenId(await client.createEvent(calendar_id, event));
    assert.equal(second, first.replace(/g0$/, "g1"));
    assert.deepEqual(subject.events(calendar_id).map(({ id }) => id), [second]);
  });

  testAccount(`${name} to an event that is there makes no second one`, async (account) => {
    const { client, calendar_id, emulator, subject } = account;
    const event = eventOf();
    const first = writtenId(await client.createEvent(calendar_id, event));
    emulator.faults.set([{ ...refusal, match: { method: "PUT", path: `${first}\\.ics$` }, times: 1 }]);
    assert.equal(writtenId(await client.createEvent(calendar_id, { ...event, title: "New" })), first);
    assert.deepEqual(subject.events(calendar_id).map(({ id, title }) => [id, title]), [[first, "New"]]);
  });

  testAccount(`${name} to every UID is a refusal, after one other`, async (account) => {
    const { client, calendar_id, emulator, requests } = account;
    emulator.faults.set([{ ...refusal, match: { method: "PUT" } }]);
    const outcome = await client.createEvent(calendar_id, eventOf());
    assert.ok(["rejected", "conflict", "retry"].includes(outcome.kind), JSON.stringify(outcome));
    assert.equal(requests().filter((one) => one.startsWith("PUT")).length, 2, requests().join("\n"));
  });
}
