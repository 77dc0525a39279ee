import { z } from "zod";
import { eventUrl } from "../../../supabase/functions/_shared/providers/google/event-url.ts";
import { eventOf, writtenId } from "../../../tests/integration/providers/event.ts";
import { answered, pathOf } from "../answered.ts";
import { type Assumption, holdsIf, notTried, type OwnCalendar } from "../assumption.ts";
import { CHANNEL_LIFE } from "../channel-life.ts";
import type { RawAnswer, RawCall } from "../raw-call.ts";
import { eventPath } from "./person.ts";

const Etag = z.object({ etag: z.string() });
const Refusal = z.object({
  error: z.object({ errors: z.array(z.object({ reason: z.string() })).default([]) }),
});
const Linked = z.object({ htmlLink: z.string() });
const Described = z.object({ description: z.string().optional() });
const DESCRIPTION_CHARACTERS = 8_192;

/** Status and the API's own word. */
function said({ status, json }: RawAnswer): string {
  const reason = Refusal.safeParse(json).data?.error.errors[0]?.reason;
  return reason === undefined ? String(status) : `${status} ${reason}`;
}

const etagIn = (answer: RawAnswer) => Etag.parse(answered(answer).json).etag;

/** What the emulator of Google does. */
export function googleAssumptions(raw: RawCall): readonly Assumption[] {
  const newEvent = async ({ id, client }: OwnCalendar, title = "Checked") => {
    const event = eventOf({ title });
    const event_id = writtenId(await client.createEvent(id, event));
    return { event, event_id, path: eventPath(id, event_id) };
  };
  const bringBack = async (path: string) => {
    const answer = await raw("PATCH", path, { body: { status: "confirmed" } });
    return holdsIf(answer.status === 200, said(answer));
  };
  return [
    {
      name: "a PATCH under an old etag is refused with 412",
      async check({ calendar }) {
        const { path } = await newEvent(calendar);
        const etag = etagIn(await raw("GET", path));
        answered(await raw("PATCH", path, { body: { summary: "Changed" } }));
        const answer = await raw("PATCH", path, { body: { summary: "Late" }, headers: { "if-match": etag } });
        return holdsIf(answer.status === 412, said(answer));
      },
    },
    {
      name: "a PATCH under the present etag is carried out",
      async check({ calendar }) {
        const { path } = await newEvent(calendar);
        const etag = etagIn(await raw("GET", path));
        const answer = await raw("PATCH", path, { body: { summary: "Now" }, headers: { "if-match": etag } });
        return holdsIf(answer.status === 200, said(answer));
      },
    },
    {
      name: "the etag changes with a reminder that its user changes",
      async check({ calendar }) {
        const { path } = await newEvent(calendar);
        const before = etagIn(await raw("GET", path));
        const reminders = { useDefault: false, overrides: [{ method: "popup", minutes: 5 }] };
        answered(await raw("PATCH", path, { body: { reminders } }));
        const after = etagIn(await raw("GET", path));
        return holdsIf(before !== after, before === after ? "it stayed" : "it changed");
      },
    },
    {
      name: "the id of an event that we deleted stays taken: 409",
      async check({ calendar }) {
        const { event_id, path } = await newEvent(calendar);
        answered(await raw("DELETE", path));
        const day = { date: "2027-03-15" };
        const body = { id: event_id, start: day, end: { date: "2027-03-16" } };
        const answer = await raw("POST", pathOf("calendars", calendar.id, "events"), { body });
        return holdsIf(answer.status === 409, said(answer));
      },
    },
    {
      name: "an event that we deleted can be patched back",
      async check({ calendar }) {
        const { path } = await newEvent(calendar);
        answered(await raw("DELETE", path));
        return await bringBack(path);
      },
    },
    {
      name: "an event that its user deleted in the app can be patched back",
      async check({ calendar, byHand }) {
        const title = `Delete me ${crypto.randomUUID().slice(0, 8)}`;
        const { path } = await newEvent(calendar, title);
        const done = await byHand(`In Google Calendar, delete the event “${title}” on 15 March 2027.`);
        return done ? await bringBack(path) : notTried("it needs --by-hand and a person");
      },
    },
    {
      name: "htmlLink names an event as our link to it does",
      async check({ calendar }) {
        const { event_id, path } = await newEvent(calendar);
        const { htmlLink } = Linked.parse(answered(await raw("GET", path)).json);
        const place = { event_id, calendar_id: calendar.id, account_id: null, account_email: null };
        const [theirs, ours] = [htmlLink, eventUrl("https://www.googleapis.com", place)]
          .map((url) => new URL(url).searchParams.get("eid"));
        return holdsIf(theirs === ours, theirs === ours ? "the same" : "another one");
      },
    },
    {
      name: "this grant does not list the account's calendars: 403",
      async check() {
        const answer = await raw("GET", "/users/me/calendarList?maxResults=1");
        return holdsIf(answer.status === 403, said(answer));
      },
    },
    {
      name: "a time zone that nobody knows is refused with 400",
      async check({ calendar }) {
        const { path } = await newEvent(calendar);
        const at = (hour: string) => ({
          date: null,
          dateTime: `2027-03-15T${hour}:00:00`,
          timeZone: "America/Coyhaique2",
        });
        const answer = await raw("PATCH", path, { body: { start: at("09"), end: at("10") } });
        return holdsIf(answer.status === 400, said(answer));
      },
    },
    {
      name: `a description of ${DESCRIPTION_CHARACTERS.toLocaleString("en")} characters is kept whole`,
      async check({ calendar }) {
        const { path } = await newEvent(calendar);
        const description = "x".repeat(DESCRIPTION_CHARACTERS);
        const answer = await raw("PATCH", path, { body: { description } });
        const kept = Described.safeParse(answer.json).data?.description?.length ?? 0;
        return holdsIf(kept === description.length, `${said(answer)}, ${kept} characters kept`);
      },
    },
    CHANNEL_LIFE,
  ];
}
