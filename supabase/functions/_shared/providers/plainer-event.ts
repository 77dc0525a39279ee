import type { CalendarEvent } from "../domain/calendar-event.ts";

/** So many events have to show that a zone is refused, since a single refusal may have had another cause. */
const PROOFS_MIN = 2;

/** The same event at the same instants, in UTC. */
export function inUtc(event: CalendarEvent): CalendarEvent {
  return event.time.kind === "all_day" ? event : { ...event, time: { ...event.time, time_zone: "UTC" } };
}

/** The same event without a link of its own; the address stays in the text. */
function withoutLink(event: CalendarEvent): CalendarEvent {
  return { ...event, url: null };
}

function hasZone({ time }: CalendarEvent): boolean {
  return time.kind === "timed" && time.time_zone !== "UTC";
}

/**
 * What to write of an event that a provider refuses as it is, in the order to try: a deadline without its time zone or its
 * link is better than none.
 *
 * @returns none where nothing can be spared
 */
export function plainerForms(event: CalendarEvent): readonly CalendarEvent[] {
  return [
    ...(hasZone(event) ? [inUtc(event)] : []),
    ...(event.url === null ? [] : [withoutLink(event)]),
    ...(hasZone(event) && event.url !== null ? [withoutLink(inUtc(event))] : []),
  ];
}

/** The time zones that a provider refuses, as far as this process has seen. */
export interface RefusedZones {
  /** The event as it may be written: in UTC where its zone is refused, so that a batch of such events costs one call each. */
  spared(event: CalendarEvent): CalendarEvent;
  /** Notes that an event was refused as it is, and taken in UTC. */
  prove(event: CalendarEvent): void;
}

/** Nothing is known yet. */
export function createRefusedZones(): RefusedZones {
  const proofs = new Map<string, number>();
  const zoneOf = ({ time }: CalendarEvent) => time.kind === "timed" ? time.time_zone : "";
  return {
    spared: (event) => (proofs.get(zoneOf(event)) ?? 0) >= PROOFS_MIN ? inUtc(event) : event,
    prove: (event) => {
      if (hasZone(event)) proofs.set(zoneOf(event), (proofs.get(zoneOf(event)) ?? 0) + 1);
    },
  };
}
