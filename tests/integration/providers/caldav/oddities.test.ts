import assert from "node:assert/strict";
import { outcomesOf } from "../../../../supabase/functions/_shared/providers/calendar-client.ts";
import { createCallBudget } from "../../../../supabase/functions/_shared/providers/call-budget.ts";
import type { Oddities } from "../../../../local/providers/caldav/state.ts";
import { creations, eventOf, events, writtenId } from "../event.ts";
import { listed, never } from "../listing.ts";
import { testAccount } from "./account.ts";

const NEW = { name: "More", description: "", time_zone: "UTC" };

testAccount("calendars at another host than the principal are found and written to", async (account) => {
  const { emulator, client, calendar_id, subject, credentials } = account;
  assert.ok(credentials.server.startsWith(emulator.url), "the principal stays where it is");
  emulator.state.requests = [];
  writtenId(await client.createEvent(calendar_id, eventOf()));
  assert.equal(subject.events(calendar_id).length, 1);
}, { shards: true });

testAccount(
  "a service that moves an account to another host is followed, and nothing is missing for it",
  async (account) => {
    const { emulator, client, calendar_id, subject } = account;
    emulator.state.shard_url = null;
    subject.user.deleteCalendar("ada@example.com", calendar_id);
    const event = eventOf();
    assert.deepEqual(await client.createEvent(calendar_id, event), {
      kind: "retry",
      reason: "home_moved",
      after_s: null,
    });
    assert.equal((await client.createEvent(calendar_id, event)).kind, "calendar_missing");
  },
  { shards: true },
);

testAccount("a refusal inside a 207 is no success", async ({ client, calendar_id, subject }) => {
  const poison = eventOf();
  const time = { kind: "all_day", start_date: "2027-03-15", end_date: "2027-03-01" } as const;
  const outcome = await client.createEvent(calendar_id, { ...poison, time });
  assert.deepEqual(outcome, { kind: "rejected", reason: "valid-calendar-object-resource" });
  assert.deepEqual(subject.events(calendar_id), []);
}, { odd: { refusals_as_multistatus: true } });

testAccount(
  "a server that makes no calendars says so after few requests",
  async ({ clientFor, requests }) => {
    const made = await clientFor({ owner: crypto.randomUUID() }).createCalendar(NEW);
    assert.equal(made.kind, "rejected");
    assert.ok(requests().length <= 3, requests().join("\n"));
  },
  { odd: { mkcalendar: "refused" } },
);

const NOT_MADE = {
  "207 that refuses a property": { odd: { mkcalendar: "property_refused" }, faults: [] },
  "200 with a page of somebody else": {
    odd: {},
    faults: [{ kind: "body", status: 200, body: "<html>welcome</html>", match: { method: "MKCALENDAR" } }],
  },
} as const;
for (const [answer, { odd, faults }] of Object.entries(NOT_MADE)) {
  testAccount(`${answer} makes no calendar`, async ({ clientFor, emulator, subject }) => {
    emulator.faults.set(faults);
    const before = subject.calendars("ada@example.com");
    const made = await clientFor({ owner: crypto.randomUUID() }).createCalendar(NEW);
    assert.deepEqual(made, { kind: "rejected", reason: "calendar_refused" });
    assert.deepEqual(subject.calendars("ada@example.com"), before);
  }, { odd });
}

testAccount("too many new calendars within the hour are put off", async ({ clientFor, subject }) => {
  const kinds = [];
  // One was made already.
  for (let number = 0; number < 10; number++) {
    kinds.push((await clientFor({ owner: crypto.randomUUID() }).createCalendar(NEW)).kind);
  }
  assert.deepEqual(kinds.slice(-2), ["done", "pause"]);
  assert.equal(subject.calendars("ada@example.com").length, 11);
}, { odd: { mkcalendar: "limited" } });

testAccount(
  "a calendar in the trash keeps its name; ours is made at another, and found there",
  async (account) => {
    const { calendar_id, client, clientFor, subject, emulator } = account;
    assert.equal((await client.deleteCalendar(calendar_id)).kind, "done");
    const made = await clientFor().createCalendar(NEW);
    assert.ok(made.kind === "done" && made.value.id !== calendar_id);
    const again = await clientFor().createCalendar(NEW);
    assert.deepEqual(again.kind === "done" && again.value.id, made.value.id);
    assert.ok(subject.hasCalendar("ada@example.com", made.value.id));
    emulator.state.odd.mkcalendar = "refused";
    assert.equal((await clientFor().createCalendar(NEW)).kind, "done", "it is there");
  },
  { odd: { trash_keeps_names: true } },
);

const MISSING: Readonly<Record<string, Partial<Oddities>>> = {
  "404": {},
  "403": { forbids_missing_calendars: true },
  "207 with a 404 inside": { refusals_as_multistatus: true },
  "an exception": { refusals_name_exceptions: true, forbids_missing_calendars: true },
};
for (const [answer, odd] of Object.entries(MISSING)) {
  testAccount(`${answer} for a calendar that is not there is a missing calendar`, async (account) => {
    const { client, clientFor, calendar_id, subject } = account;
    const event = eventOf();
    const event_id = writtenId(await client.createEvent(calendar_id, event));
    subject.user.deleteCalendar("ada@example.com", calendar_id);
    for (const role of ["own", "other"] as const) {
      const one = clientFor({ calendar: { id: calendar_id, role } });
      const answers = [
        await one.createEvent(calendar_id, event),
        await one.updateEvent(calendar_id, event_id, event),
        await one.getCalendar({ id: calendar_id, role }),
        await one.listOwnEvents(calendar_id, never()),
        await one.isEmptyCalendar(calendar_id),
        await one.deleteCalendar(calendar_id),
      ];
      assert.deepEqual(answers.map(({ kind }) => kind), answers.map(() => "calendar_missing"));
      assert.equal((await one.deleteEvent(calendar_id, event_id)).kind, "gone");
    }
  }, { odd });
}

testAccount("404 for a deletion that worked leaves no calendar", async ({ client, calendar_id, subject }) => {
  assert.equal((await client.deleteCalendar(calendar_id)).kind, "calendar_missing");
  assert.ok(!subject.hasCalendar("ada@example.com", calendar_id));
}, { odd: { denies_deletions: true } });

testAccount("what its user writes at the same moment is not written over", async (account) => {
  const { client, calendar_id, store, fileOf, emulator } = account;
  const event = eventOf();
  const event_id = writtenId(await client.createEvent(calendar_id, event));
  // The user's own change arrives between our reading and our writing.
  const logRequest = emulator.state.logRequest.bind(emulator.state);
  let is_changed = false;
  emulator.state.logRequest = (request) => {
    logRequest(request);
    if (request.method === "GET" && !is_changed) {
      is_changed = true;
      store(event_id, (text) => text.replace("END:VEVENT", "LOCATION:Town hall\r\nEND:VEVENT"));
    }
  };
  assert.equal(
    writtenId(await client.updateEvent(calendar_id, event_id, { ...event, title: "New" })),
    event_id,
  );
  assert.match(fileOf(event_id), /SUMMARY:New[^]*LOCATION:Town hall/);
}, { odd: { weak_etags: true, no_etag_on_put: true } });

testAccount(
  "an account that is full is told to its user, and waits as after any failure",
  async (account) => {
    const { client, calendar_id } = account;
    const outcome = await client.createEvent(calendar_id, eventOf());
    assert.deepEqual(outcome, { kind: "pause", code: "quota", reason: "quota-not-exceeded", after_s: null });
  },
  { odd: { is_full: true } },
);

testAccount(
  "an event whose file its user's application renamed is updated and removed there",
  async (account) => {
    const { client, calendar_id, emulator, subject } = account;
    const event = eventOf();
    const event_id = writtenId(await client.createEvent(calendar_id, event));
    const [, slug = ""] = /([^/]+)\/$/.exec(calendar_id) ?? [];
    const calendar = emulator.state.accounts.get("ada@example.com")?.calendars.get(slug);
    const file = calendar?.files.get(`${event_id}.ics`);
    assert.ok(calendar && file);
    calendar.files.delete(`${event_id}.ics`);
    emulator.state.store(calendar, "RENAMED-1.ics", file);
    assert.equal(
      writtenId(await client.updateEvent(calendar_id, event_id, { ...event, title: "New" })),
      event_id,
    );
    assert.deepEqual(subject.events(calendar_id).map(({ id, title }) => [id, title]), [["RENAMED-1", "New"]]);
    assert.equal((await client.deleteEvent(calendar_id, event_id)).kind, "gone");
    assert.deepEqual(subject.events(calendar_id), []);
  },
);

testAccount("an event that is sent twice is written in place: sharers see no deletion", async (account) => {
  const { client, calendar_id, requests, emulator } = account;
  const event = eventOf();
  const event_id = writtenId(await client.createEvent(calendar_id, event));
  emulator.state.requests = [];
  writtenId(await client.createEvent(calendar_id, event));
  writtenId(await client.updateEvent(calendar_id, event_id, { ...event, title: "New" }));
  assert.ok(
    requests().every((one) => /^(GET|PUT) /.test(one) && one.endsWith(`/${event_id}.ics`)),
    requests().join(),
  );
});

testAccount(
  "an event that its user moved is found where it is, unless somebody is invited or it is a copy",
  async (account) => {
    const { client, calendar_id, emulator, fileOf } = account;
    const [moved, invited, copied] = [eventOf(), eventOf(), eventOf()];
    const ids = [];
    for (const event of [moved, invited, copied]) {
      ids.push(
        writtenId(await client.createEvent(calendar_id, event)),
      );
    }
    const [moved_id = "", invited_id = "", copied_id = ""] = ids;
    const personal = emulator.state.accounts.get("ada@example.com")?.calendars.get("personal");
    assert.ok(personal);
    const put = (name: string, uid: string, text: string) =>
      emulator.state.store(personal, `${name}.ics`, { uid, text });
    put(moved_id, moved_id, fileOf(moved_id));
    put(
      invited_id,
      invited_id,
      fileOf(invited_id).replace("END:VEVENT", "ATTENDEE:mailto:grace@example.com\r\nEND:VEVENT"),
    );
    put("COPY", "COPY", fileOf(copied_id).replaceAll(copied_id, "COPY"));
    assert.deepEqual(await client.listMovedEvents?.(calendar_id, never()), [{
      event_id: moved_id,
      obligation_id: moved.obligation_id,
      calendar_id: "/dav/calendars/ada%40example.com/personal/",
    }]);
  },
);

testAccount("an account that comes back finds the events that were kept", async (account) => {
  const { client, clientFor, calendar_id, subject } = account;
  const event = eventOf({ title: "Kept" });
  const event_id = writtenId(await client.createEvent(calendar_id, event));
  const again = await clientFor().createCalendar(NEW);
  assert.deepEqual(again.kind === "done" && [again.value.id, again.value.name], [calendar_id, "Deadlines"]);
  assert.deepEqual(await listed(client, calendar_id), [{ event_id, obligation_id: event.obligation_id }]);
  assert.equal(writtenId(await client.createEvent(calendar_id, { ...event, title: "Adopted" })), event_id);
  assert.deepEqual(subject.events(calendar_id).map(({ title }) => title), ["Adopted"]);
});

testAccount("400 events take hardly more requests than events, two at a time", async (account) => {
  const { clientFor, calendar_id, requests, emulator, subject } = account;
  emulator.state.requests_at_once = 2;
  const budget = createCallBudget(Infinity);
  const client = clientFor({ calendar: { id: calendar_id, role: "own" }, budget });
  const outcomes = outcomesOf(await client.applyChanges(creations(calendar_id, events(400)), never()));
  assert.ok(outcomes.every((outcome) => outcome?.kind === "done"));
  assert.equal(subject.events(calendar_id).length, 400);
  assert.ok(requests().length <= 1.05 * 400, `${requests().length} requests`);
  assert.equal(budget.used, requests().length);
  assert.deepEqual(emulator.state.quota_violations, []);
});

testAccount(
  "a password that is no longer good is refused, and says nothing of the calendar",
  async (account) => {
    const { client, calendar_id, emulator, provider } = account;
    emulator.state.accounts.get("ada@example.com")?.passwords.clear();
    const answers = [
      await client.checkAccount(),
      await client.createEvent(calendar_id, eventOf()),
      await client.getCalendar({ id: calendar_id, role: "own" }),
      await client.listOwnEvents(calendar_id, never()),
    ];
    assert.deepEqual(answers.map(({ kind }) => kind), answers.map(() => "token_rejected"));
    const { credentials } = account;
    assert.equal((await provider.connector.check(credentials)).kind, "sign_in_failed");
  },
);

testAccount("an account has four requests at a time at most, whoever asks", async (account) => {
  const { clientFor, calendar_id, emulator, subject } = account;
  const calendar = { id: calendar_id, role: "own" } as const;
  const all = await Promise.all(
    Array.from(
      { length: 5 },
      () => clientFor({ calendar }).applyChanges(creations(calendar_id, events(20)), never()),
    ),
  );
  assert.ok(all.flat().every(({ outcome }) => outcome?.kind === "done"));
  assert.equal(subject.events(calendar_id).length, 100);
  assert.deepEqual(emulator.state.quota_violations, []);
});
