import { z } from "zod";
import { eventOf, writtenId } from "../../../tests/integration/providers/event.ts";
import { answered, pathOf } from "../answered.ts";
import { type Assumption, holdsIf, notTried, type OwnCalendar } from "../assumption.ts";
import { CHANNEL_LIFE } from "../channel-life.ts";
import type { RawAnswer, RawCall } from "../raw-call.ts";
import { eventPath } from "./person.ts";

const Written = z.object({ id: z.string() });
const Linked = Written.extend({ webLink: z.string() });
const Version = z.object({ "@odata.etag": z.string(), "changeKey": z.string() });
const Reminder = z.object({ isReminderOn: z.boolean(), reminderMinutesBeforeStart: z.number() });
const Refusal = z.object({ error: z.looseObject({ code: z.string() }) });

/** Status and Graph's own word. */
function said({ status, json }: RawAnswer): string {
  const code = Refusal.safeParse(json).data?.error.code;
  return code === undefined ? String(status) : `${status} ${code}`;
}

const at = (day: string, time = "00:00:00") => ({ dateTime: `${day}T${time}`, timeZone: "UTC" });
const body = (transactionId: string, subject = "Checked") => ({
  subject,
  isAllDay: true,
  start: at("2027-03-15"),
  end: at("2027-03-16"),
  isReminderOn: false,
  transactionId,
});

/** What the emulator of Outlook does. */
export function outlookAssumptions(raw: RawCall): readonly Assumption[] {
  const post = (calendar: OwnCalendar, event: unknown) =>
    raw("POST", pathOf("me", "calendars", calendar.id, "events"), { body: event });
  const newEvent = async ({ id, client }: OwnCalendar, title = "Checked") =>
    eventPath(writtenId(await client.createEvent(id, eventOf({ title }))));
  const versionOf = async (path: string) => Version.parse(answered(await raw("GET", path)).json);
  return [
    {
      name: "the same creation with the same transactionId is answered with the same event",
      async check({ calendar }) {
        const event = body(crypto.randomUUID());
        const first = Written.parse(answered(await post(calendar, event)).json);
        const answer = await post(calendar, event);
        const again = Written.safeParse(answer.json).data;
        const seen = `${said(answer)}, ${again?.id === first.id ? "the same event" : "not the same event"}`;
        return holdsIf(again?.id === first.id, seen);
      },
    },
    {
      name: "another creation with a taken transactionId is refused with ErrorDuplicateTransactionId",
      async check({ calendar }) {
        const id = crypto.randomUUID();
        answered(await post(calendar, body(id, "First")));
        const answer = await post(calendar, body(id, "Second"));
        const error = Refusal.safeParse(answer.json).data?.error;
        const names = error !== undefined && JSON.stringify(error).includes("existingEventId");
        const seen = `${said(answer)}, the event is ${names ? "named" : "not named"}`;
        return holdsIf(error?.code === "ErrorDuplicateTransactionId", seen);
      },
    },
    {
      name: "a deleted event's transactionId stays taken",
      async check({ calendar }) {
        const event = body(crypto.randomUUID());
        const { id } = Written.parse(answered(await post(calendar, event)).json);
        answered(await raw("DELETE", eventPath(id)));
        const answer = await post(calendar, event);
        return holdsIf(answer.status === 400 || answer.status === 409, said(answer));
      },
    },
    {
      name: "a deleted event is no longer found by its immutable id: 404",
      async check({ calendar }) {
        const path = await newEvent(calendar);
        answered(await raw("DELETE", path));
        const answer = await raw("GET", path);
        return holdsIf(answer.status === 404, said(answer));
      },
    },
    {
      name: "If-Match on a PATCH is not looked at",
      async check({ calendar }) {
        const path = await newEvent(calendar);
        const { "@odata.etag": etag } = await versionOf(path);
        answered(await raw("PATCH", path, { body: { subject: "Changed" } }));
        const answer = await raw("PATCH", path, { body: { subject: "Late" }, headers: { "if-match": etag } });
        return holdsIf(answer.status === 200, said(answer));
      },
    },
    {
      name: "changeKey changes with a reminder that its user changes",
      async check({ calendar }) {
        const path = await newEvent(calendar);
        const before = (await versionOf(path)).changeKey;
        const reminder = { isReminderOn: true, reminderMinutesBeforeStart: 5 };
        answered(await raw("PATCH", path, { body: reminder }));
        const after = (await versionOf(path)).changeKey;
        return holdsIf(before !== after, before === after ? "it stayed" : "it changed");
      },
    },
    {
      name: "an all-day event that says nothing of a reminder has one",
      async check({ calendar }) {
        const { isReminderOn: _, ...event } = body(crypto.randomUUID());
        const seen = Reminder.parse(answered(await post(calendar, event)).json);
        return holdsIf(
          seen.isReminderOn,
          seen.isReminderOn ? `${seen.reminderMinutesBeforeStart} minutes before` : "it has none",
        );
      },
    },
    {
      name: "an all-day event that does not begin at midnight is refused with 400",
      async check({ calendar }) {
        const event = { ...body(crypto.randomUUID()), start: at("2027-03-15", "09:00:00") };
        const answer = await post(calendar, event);
        return holdsIf(answer.status === 400, said(answer));
      },
    },
    {
      name: "a time zone that nobody knows is refused with 400",
      async check({ calendar }) {
        const when = (hour: string) => ({ dateTime: `2027-03-15T${hour}:00:00`, timeZone: "Nowhere Time" });
        const event = { ...body(crypto.randomUUID()), isAllDay: false, start: when("09"), end: when("10") };
        const answer = await post(calendar, event);
        return holdsIf(answer.status === 400, said(answer));
      },
    },
    {
      name: "webLink holds the id of its event, as our link to it does",
      async check({ calendar }) {
        const { id, webLink } = Linked.parse(answered(await post(calendar, body(crypto.randomUUID()))).json);
        const holds = new URL(webLink).searchParams.get("itemid") === id;
        return holdsIf(holds, holds ? "the same id" : "another id");
      },
    },
    {
      name: "an event that its user drags to another calendar keeps its immutable id",
      async check({ calendar, byHand }) {
        const title = `Move me ${crypto.randomUUID().slice(0, 8)}`;
        const path = await newEvent(calendar, title);
        const request =
          `In Outlook, open “${title}” on 15 March 2027 and move it to another of the calendars ` +
          "“EcoComply live check …”.";
        if (!await byHand(request)) return notTried("it needs --by-hand and a person");
        const answer = await raw("GET", path);
        return holdsIf(answer.status === 200, said(answer));
      },
    },
    CHANNEL_LIFE,
  ];
}
