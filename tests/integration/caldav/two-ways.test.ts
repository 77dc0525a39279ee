import assert from "node:assert/strict";
import { calendarAt } from "../../../local/providers/caldav/state.ts";
import { until } from "../../support/calendar-api.ts";
import { openScene } from "../../support/scene.ts";
import { googleSubject } from "../../support/subjects/google-subject.ts";
import { ADA } from "../../support/subjects/subject.ts";

Deno.test({
  name: "CalDAV: one calendar that its user connects twice, with a password and by consent",
  sanitizeOps: false,
  sanitizeResources: false,
}, async (t) => {
  const scene = await openScene("caldav");
  const { sql, stack, redirect_to } = scene;
  assert.ok(stack.google);
  const google = googleSubject(stack.google);
  google.setQuotas(false);
  try {
    const user = await scene.connectedUser(ADA);
    const consented = await user.api.connect({
      provider: "google",
      redirect_to,
      account: ADA,
      access: "dedicated",
    });
    const google_id = consented.calendar_id ?? "";
    const [here, there] = [
      () => scene.titles(user.calendar_id),
      () => google.events(google_id).map(({ title }) => title).sort(),
    ];
    const untilBoth = (expected: readonly (readonly string[])[]) =>
      until(
        () => Promise.resolve(JSON.stringify([here(), there()]) === JSON.stringify(expected)),
        60_000,
        () => Promise.resolve([here(), there()]),
      );
    const add = async (title: string) => {
      await sql`insert into public.obligations (user_id, title, deadline_date) values (${user.id}, ${title}, '2027-01-01')`;
    };

    await t.step("each way has an event of its own, and neither says that it has the other's", async () => {
      await add("Report");
      await untilBoth([["Report"], ["Report"]]);
      const known = async () =>
        (await sql<{ id: string }[]>`
          select external_event_id as id from public.calendar_event_mappings
          where integration_id in (${user.integration.id}, ${consented.id})`).map(({ id }) => id);
      // An event is there a moment before it is recorded.
      await until(async () => (await known()).length === 2, 60_000, known);
      assert.equal(new Set(await known()).size, 2);
    });

    // Were it one calendar, each way would also show what the other one wrote, as its server translates it.
    const calendar = calendarAt(stack.caldav.state, user.calendar_id)?.calendar ?? assert.fail();
    const [written] = google.events(google_id);
    const [[name = "", file] = []] = [...calendar.files];
    assert.ok(written && file);
    const uid = `${written.id}@google.com`;
    stack.caldav.state.store(calendar, `${uid}.ics`, {
      uid,
      text: file.text.replaceAll(name.replace(/\.ics$/, ""), uid).replace("SUMMARY:Report", "SUMMARY:Twin"),
    });
    const google_calendar = stack.google?.state.accounts.get(ADA)?.calendars.get(google_id);
    const stored = google_calendar?.events.get(written.id);
    assert.ok(google_calendar && stored);
    const { extendedProperties: _tags, ...plain } = stored;
    stack.google?.state.storeEvent(google_calendar, {
      ...plain,
      id: "twin0",
      summary: "Twin",
      iCalUID: name,
    });

    await t.step("what came the other way is left alone, whatever becomes of the obligation", async () => {
      const synced = await user.api.request("POST", "/sync", {});
      assert.equal(synced.status, 202);
      await sql`update public.obligations set title = 'Report 2' where user_id = ${user.id}`;
      await untilBoth([["Report 2", "Twin"], ["Report 2", "Twin"]]);
      await sql`delete from public.obligations where user_id = ${user.id}`;
      await untilBoth([["Twin"], ["Twin"]]);
    });

    await t.step("leaving one way takes its events, and no calendar that holds another", async () => {
      await add("Last");
      await untilBoth([["Last", "Twin"], ["Last", "Twin"]]);
      const left = await user.api.request("DELETE", `/?integration_id=${user.integration.id}&events=remove`);
      assert.equal(left.status, 202);
      await untilBoth([["Twin"], ["Last", "Twin"]]);
      const shown = () => user.api.status();
      await until(async () => (await shown()).length === 1, 60_000, shown);
      assert.deepEqual((await shown()).map(({ id, status }) => [id, status]), [[consented.id, "active"]]);
      await sql`update public.obligations set title = 'Goes on' where user_id = ${user.id}`;
      await untilBoth([["Twin"], ["Goes on", "Twin"]]);
    });
  } finally {
    await scene.close();
  }
});
