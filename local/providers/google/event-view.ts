import { z } from "zod";
import type { EventView } from "../control.ts";
import type { EventResource } from "./state.ts";

/** What of an event the page shows. An event holds whatever its client sent. */
const Shown = z.object({
  summary: z.string().catch("(no title)"),
  description: z.string().catch(""),
  reminders: z.object({ overrides: z.array(z.object({ minutes: z.number() })) }).nullable().catch(null),
  source: z.object({ url: z.string() }).nullable().catch(null),
  extendedProperties: z.object({ private: z.object({ obligation_id: z.string() }) }).nullable().catch(null),
});

/** An event as the emulator's page shows it. */
export function eventViewOf(event: EventResource): EventView {
  const { id, etag, start } = event;
  const { summary, description, reminders, source, extendedProperties } = Shown.parse(event);
  return {
    id,
    version: etag,
    title: summary,
    day: (start.date ?? start.dateTime ?? "").slice(0, 10),
    time: start.dateTime?.slice(11, 16) ?? null,
    time_zone: start.timeZone ?? null,
    reminders_minutes: reminders?.overrides.map(({ minutes }) => minutes) ?? [],
    description,
    link: source?.url ?? null,
    obligation_id: extendedProperties?.private.obligation_id ?? null,
  };
}
