import assert from "node:assert/strict";
import { calendarAt, type Oddities } from "../../../../local/providers/caldav/state.ts";
import {
  type CalendarClient,
  type CalendarNews,
  outcomesOf,
} from "../../../../supabase/functions/_shared/providers/calendar-client.ts";
import { creations, eventOf, events, writtenId } from "../event.ts";
import { never } from "../listing.ts";
import { type Account, testAccount } from "./account.ts";

/** What changed, which there has to be an answer to. */
async function newsOf(
  client: CalendarClient,
  calendar_id: string,
  cursor: string | null = null,
): Promise<CalendarNews> {
  const answer = await client.listChanges?.(calendar_id, cursor, never());
  assert.ok(answer?.kind === "done", JSON.stringify(answer));
  return answer.value;
}

/** What is shown, by event, and what is gone. */
function summary({ news }: CalendarNews) {
  return Object.fromEntries(news.map((one) => {
    if (one.kind === "gone") return [one.event_id, "gone"];
    const { time } = one.event;
    return [one.event.event_id, time.kind === "all_day" ? time.start_date : time.start_at];
  }));
}

const filesOf = ({ emulator, calendar_id }: Account) =>
  calendarAt(emulator.state, calendar_id)?.calendar ?? assert.fail("There is no calendar.");
const move = (account: Account, event_id: string, day = "20270405") =>
  account.store(
    event_id,
    (text) =>
      text.replace(/DTSTART;VALUE=DATE:\d{8}/, `DTSTART;VALUE=DATE:${day}`)
        .replace(/DTEND;VALUE=DATE:\d{8}/, `DTEND;VALUE=DATE:${Number(day) + 1}`),
  );
const given = { due: { kind: "date", date: "2027-03-15" } } as const;

/** Every way in which a server tells of changes, with the requests for no news and for one. */
const WAYS: Readonly<Record<string, { odd: Partial<Oddities>; quiet: number; one: number }>> = {
  "a server that synchronises": { odd: {}, quiet: 1, one: 2 },
  "a server with a ctag": { odd: { no_sync_collection: true }, quiet: 1, one: 3 },
  "a server with ETags alone": { odd: { no_sync_collection: true, no_ctag: true }, quiet: 1, one: 2 },
  "a server with weak ETags alone": {
    odd: { no_sync_collection: true, no_ctag: true, only_weak_etags: true },
    quiet: 1,
    one: 2,
  },
};
for (const [server, { odd, quiet, one }] of Object.entries(WAYS)) {
  testAccount(
    `${server} tells what was moved, deleted and put back, and costs one request otherwise`,
    async (account) => {
      const { client, calendar_id, emulator, subject, requests } = account;
      // Whether the server synchronises is known from here on.
      await newsOf(client, calendar_id);
      const ids = [];
      for (const event of [eventOf(given), eventOf(given)]) {
        ids.push(writtenId(await client.createEvent(calendar_id, event)));
      }
      const [moved = "", kept = ""] = ids;
      const first = await newsOf(client, calendar_id);
      assert.ok(first.is_complete);
      assert.deepEqual(summary(first), { [moved]: "2027-03-15", [kept]: "2027-03-15" });

      emulator.state.requests = [];
      const second = await newsOf(client, calendar_id, first.cursor);
      assert.deepEqual([second.news, second.is_complete, requests().length], [[], false, quiet]);

      move(account, moved);
      emulator.state.requests = [];
      const third = await newsOf(client, calendar_id, second.cursor);
      assert.equal(summary(third)[moved], "2027-04-05");
      assert.equal(requests().length, one, requests().join("\n"));
      if (!third.is_complete) assert.equal(summary(third)[kept], undefined, "it did not change");

      const file = filesOf(account).files.get(`${moved}.ics`);
      subject.user.deleteEvent(calendar_id, moved);
      const fourth = await newsOf(client, calendar_id, third.cursor);
      assert.equal(summary(fourth)[moved], fourth.is_complete ? undefined : "gone");
      assert.ok(file);
      emulator.state.store(filesOf(account), `${moved}.ics`, file);
      const fifth = await newsOf(client, calendar_id, fourth.cursor);
      assert.equal(summary(fifth)[moved], "2027-04-05");
      assert.deepEqual((await newsOf(client, calendar_id, fifth.cursor)).news, []);
    },
    { odd },
  );
}

const REFUSALS: Readonly<Record<string, Partial<Oddities>>> = {
  "403 valid-sync-token": { forgets_tokens: true },
  "409": { forgets_tokens: true, bad_tokens: "conflict" },
  "500": { forgets_tokens: true, bad_tokens: "failure" },
  "a refusal inside a multistatus": { forgets_tokens: true, refusals_as_multistatus: true },
  "an exception": { forgets_tokens: true, refusals_name_exceptions: true },
  "no sync-collection any more": { no_sync_collection: true },
};
for (const [answer, odd] of Object.entries(REFUSALS)) {
  testAccount(
    `where the server does not go on from a cursor, by ${answer}, all is listed`,
    async (account) => {
      const { client, calendar_id, emulator, subject } = account;
      const [here, gone] = [eventOf(given), eventOf(given)];
      const here_id = writtenId(await client.createEvent(calendar_id, here));
      const gone_id = writtenId(await client.createEvent(calendar_id, gone));
      const { cursor } = await newsOf(client, calendar_id);
      subject.user.deleteEvent(calendar_id, gone_id);
      Object.assign(emulator.state.odd, odd);
      const news = await newsOf(client, calendar_id, cursor);
      assert.ok(news.is_complete);
      assert.deepEqual(summary(news), { [here_id]: "2027-03-15" });
      // A cursor of another version, or of nobody.
      for (const foreign of ["", "sync", "v9:abc", "etags x"]) {
        assert.ok((await newsOf(client, calendar_id, foreign)).is_complete, foreign);
      }
    },
  );
}

testAccount("a server that fails to synchronise is read by PROPFIND", async (account) => {
  const { client, calendar_id, emulator } = account;
  const event_id = writtenId(await client.createEvent(calendar_id, eventOf(given)));
  emulator.faults.set([{ kind: "status", status: 500, times: 1, match: { method: "REPORT" } }]);
  const news = await newsOf(client, calendar_id);
  assert.deepEqual([news.is_complete, summary(news)], [true, { [event_id]: "2027-03-15" }]);
  assert.deepEqual((await newsOf(client, calendar_id, news.cursor)).news, []);
});

testAccount("a server that is down is a failure, and not an empty calendar", async (account) => {
  const { client, calendar_id, emulator } = account;
  writtenId(await client.createEvent(calendar_id, eventOf(given)));
  const { cursor } = await newsOf(client, calendar_id);
  for (const from of [null, cursor]) {
    for (const status of [500, 503]) {
      emulator.faults.set([{ kind: "status", status, match: { path: "^/dav/calendars" } }]);
      const answer = await client.listChanges?.(calendar_id, from, never());
      assert.equal(answer?.kind, "unknown", `${status} ${JSON.stringify(answer)}`);
    }
    emulator.faults.clear();
  }
  emulator.state.accounts.get("ada@example.com")?.passwords.clear();
  assert.equal((await client.listChanges?.(calendar_id, cursor, never()))?.kind, "token_rejected");
});

for (const odd of [{}, { no_sync_collection: true }, { forbids_missing_calendars: true }]) {
  testAccount(
    `a calendar that is gone is missing, whatever the cursor (${JSON.stringify(odd)})`,
    async (account) => {
      const { client, clientFor, calendar_id, subject } = account;
      const { cursor } = await newsOf(client, calendar_id);
      subject.user.deleteCalendar("ada@example.com", calendar_id);
      const other = clientFor({ calendar: { id: calendar_id, role: "other" } });
      for (const one of [client, other]) {
        for (const from of [null, cursor]) {
          assert.equal((await one.listChanges?.(calendar_id, from, never()))?.kind, "calendar_missing");
        }
      }
    },
    { odd },
  );
}

testAccount(
  "400 events take nine requests to read, also where fewer are answered at once",
  async (account) => {
    const { clientFor, calendar_id, emulator, requests } = account;
    const client = clientFor({ calendar: { id: calendar_id, role: "own" } });
    const outcomes = outcomesOf(await client.applyChanges(creations(calendar_id, events(400)), never()));
    assert.ok(outcomes.every((outcome) => outcome?.kind === "done"));
    emulator.state.requests = [];
    assert.equal((await newsOf(client, calendar_id)).news.length, 400);
    assert.equal(requests().length, 1 + 400 / 50, requests().join("\n"));
    emulator.state.multiget_max = 30;
    assert.equal((await newsOf(client, calendar_id)).news.length, 400);
  },
);

testAccount(
  "where the server says that an answer would be too long, fewer files are asked for",
  async (account) => {
    const { client, clientFor, calendar_id, emulator } = account;
    const writer = clientFor({ calendar: { id: calendar_id, role: "own" } });
    await writer.applyChanges(creations(calendar_id, events(60)), never());
    for (const no_sync_collection of [false, true]) {
      emulator.state.odd.no_sync_collection = no_sync_collection;
      emulator.state.matches_max = 10;
      assert.equal((await newsOf(client, calendar_id)).news.length, 60);
      emulator.state.matches_max = 0;
      const answer = await client.listChanges?.(calendar_id, null, never());
      assert.deepEqual([answer?.kind, answer && "reason" in answer && answer.reason], [
        "retry",
        "listing_not_finished",
      ]);
    }
  },
);

testAccount("a reading that the server does not finish is a failure", async (account) => {
  const { client, calendar_id, emulator } = account;
  writtenId(await client.createEvent(calendar_id, eventOf(given)));
  emulator.state.multiget_max = 0;
  assert.deepEqual(await client.listChanges?.(calendar_id, null, never()), {
    kind: "retry",
    reason: "listing_not_finished",
    after_s: null,
  });
});

testAccount("files that are too large together are read in smaller parts", async (account) => {
  const { client, calendar_id, store, emulator, requests } = account;
  const ids = [];
  for (const event of events(40)) {
    const event_id = writtenId(await client.createEvent(calendar_id, event));
    store(event_id, (text) => text.replace("END:VEVENT", `X-PICTURE:${"a".repeat(280_000)}\r\nEND:VEVENT`));
    ids.push(event_id);
  }
  emulator.state.requests = [];
  const { news } = await newsOf(client, calendar_id);
  assert.deepEqual(
    news.flatMap((one) => one.kind === "shown" ? [one.event.event_id] : []).sort(),
    ids.sort(),
  );
  assert.ok(requests().length <= 10, requests().join("\n"));
});

testAccount("an event whose file was renamed is seen, and is seen to go", async (account) => {
  const { client, calendar_id, emulator } = account;
  const event_id = writtenId(await client.createEvent(calendar_id, eventOf(given)));
  const { cursor } = await newsOf(client, calendar_id);
  const calendar = filesOf(account);
  const file = calendar.files.get(`${event_id}.ics`) ?? assert.fail();
  emulator.state.remove(calendar, `${event_id}.ics`);
  emulator.state.store(calendar, "RENAMED-1.ics", file);
  const renamed = await newsOf(client, calendar_id, cursor);
  assert.deepEqual(summary(renamed), { [event_id]: "2027-03-15" });
  assert.deepEqual(summary(await newsOf(client, calendar_id)), { [event_id]: "2027-03-15" });
  emulator.state.remove(calendar, "RENAMED-1.ics");
  const gone = await newsOf(client, calendar_id, renamed.cursor);
  assert.ok(gone.is_complete);
  assert.deepEqual(gone.news, []);
});

testAccount("what is not ours is no news: other files, copies, events of another owner", async (account) => {
  const { client, clientFor, calendar_id, fileOf, emulator, subject } = account;
  const { cursor } = await newsOf(client, calendar_id);
  const event_id = writtenId(await client.createEvent(calendar_id, eventOf(given)));
  const copy = fileOf(event_id).replaceAll(event_id, "COPY");
  emulator.state.store(filesOf(account), "COPY.ics", { uid: "COPY", text: copy });
  emulator.state.store(filesOf(account), "broken.ics", { uid: "broken", text: "BEGIN:VCALENDAR" });
  subject.user.addEvent(calendar_id);
  writtenId(await clientFor({ owner: crypto.randomUUID() }).createEvent(calendar_id, eventOf(given)));
  for (const role of ["own", "other"] as const) {
    const one = clientFor({ calendar: { id: calendar_id, role } });
    for (const from of [cursor, null]) {
      assert.deepEqual(summary(await newsOf(one, calendar_id, from)), { [event_id]: "2027-03-15" });
    }
  }
});

testAccount("a time without a zone is on the clock of its calendar", async (account) => {
  const { client, calendar_id, store, requests, emulator } = account;
  const event_id = writtenId(await client.createEvent(calendar_id, eventOf(given)));
  store(event_id, (text) =>
    text.replace(/DTSTART;VALUE=DATE:\d+/, "DTSTART:20270715T090000")
      .replace(/DTEND;VALUE=DATE:\d+/, "DTEND:20270715T100000"));
  emulator.state.requests = [];
  // Its zone is Madrid's.
  assert.deepEqual(summary(await newsOf(client, calendar_id)), { [event_id]: "2027-07-15T07:00:00Z" });
  assert.equal(requests().length, 3, requests().join("\n"));
});

testAccount(
  "an update is refused where the event has another version, and says what it is now",
  async (account) => {
    const { client, calendar_id, emulator, fileOf } = account;
    const event = eventOf(given);
    const created = await client.createEvent(calendar_id, event);
    assert.ok(created.kind === "done" && created.etag !== null);
    const { event_id, etag } = created;
    const update = async (known: string | null, title: string) => {
      const change = {
        kind: "update",
        calendar_id,
        event_id,
        event: { ...event, title },
        etag: known,
      } as const;
      const [outcome] = outcomesOf(await client.applyChanges([change], never()));
      return outcome ?? assert.fail("It was not begun.");
    };
    const same = await update(etag, "Same version");
    assert.equal(same.kind, "done");
    move(account, event_id);
    const before = fileOf(event_id);
    const refused = await update(etag, "Not written");
    assert.ok(refused.kind === "edited", JSON.stringify(refused));
    assert.deepEqual(refused.event.time, {
      kind: "all_day",
      start_date: "2027-04-05",
      end_date: "2027-04-06",
    });
    assert.equal(fileOf(event_id), before);
    assert.equal((await update(refused.event.etag, "Put back")).kind, "done");
    assert.match(fileOf(event_id), /SUMMARY:Put back[^]*/);
    move(account, event_id);
    assert.equal((await update(null, "Whatever it is")).kind, "done");
    move(account, event_id);
    assert.equal((await update('W/"1"', "A weak one")).kind, "done");
    assert.deepEqual(emulator.state.quota_violations, []);
  },
);

testAccount(
  "an update of a version that is gone is gone; without one the event is made anew",
  async (account) => {
    const { client, calendar_id, emulator, subject } = account;
    const event = eventOf(given);
    const created = await client.createEvent(calendar_id, event);
    assert.ok(created.kind === "done" && created.etag !== null);
    const { event_id, etag } = created;
    const update = { kind: "update", calendar_id, event_id, event } as const;
    const file = filesOf(account).files.get(`${event_id}.ics`) ?? assert.fail();
    subject.user.deleteEvent(calendar_id, event_id);
    assert.equal(outcomesOf(await client.applyChanges([{ ...update, etag }], never()))[0]?.kind, "gone");
    assert.deepEqual(subject.events(calendar_id), []);
    // An application that moves an event away and back gives its file another name.
    emulator.state.store(filesOf(account), "RENAMED-1.ics", file);
    assert.equal(outcomesOf(await client.applyChanges([{ ...update, etag }], never()))[0]?.kind, "edited");
    emulator.state.remove(filesOf(account), "RENAMED-1.ics");
    assert.equal(outcomesOf(await client.applyChanges([update], never()))[0]?.kind, "done");
    assert.deepEqual(subject.events(calendar_id).map(({ id }) => id), [event_id]);
  },
);

testAccount("an edit between our reading and our writing is met too", async (account) => {
  const { client, calendar_id, emulator, fileOf } = account;
  const event = eventOf(given);
  const created = await client.createEvent(calendar_id, event);
  assert.ok(created.kind === "done");
  const { event_id, etag } = created;
  const logRequest = emulator.state.logRequest.bind(emulator.state);
  let is_moved = false;
  emulator.state.logRequest = (request) => {
    logRequest(request);
    if (request.method !== "GET" || is_moved) return;
    is_moved = true;
    move(account, event_id);
  };
  const change = { kind: "update", calendar_id, event_id, event: { ...event, title: "New" }, etag } as const;
  const [outcome] = outcomesOf(await client.applyChanges([change], never()));
  assert.ok(outcome?.kind === "edited", JSON.stringify(outcome));
  assert.ok(outcome.event.time.kind === "all_day" && outcome.event.time.start_date === "2027-04-05");
  assert.doesNotMatch(fileOf(event_id), /SUMMARY:New/);
});

testAccount("a server with weak ETags alone is written to all the same", async (account) => {
  const { client, calendar_id, fileOf, requests, emulator } = account;
  const event = eventOf(given);
  const created = await client.createEvent(calendar_id, event);
  assert.ok(created.kind === "done");
  emulator.state.requests = [];
  const { event_id, etag } = created;
  const change = { kind: "update", calendar_id, event_id, event: { ...event, title: "New" }, etag } as const;
  assert.equal(outcomesOf(await client.applyChanges([change], never()))[0]?.kind, "done");
  assert.match(fileOf(event_id), /SUMMARY:New/);
  assert.equal(requests().length, 4, "read, refused, read, written");
}, { odd: { only_weak_etags: true } });
