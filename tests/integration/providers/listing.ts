import assert from "node:assert/strict";
import {
  type CallBudget,
  createCallBudget,
} from "../../../supabase/functions/_shared/providers/call-budget.ts";
import type {
  CalendarClient,
  TaggedEvent,
} from "../../../supabase/functions/_shared/providers/calendar-client.ts";
import { creations, events, writtenId } from "./event.ts";
import type { Scene, TestCalendar } from "./scene.ts";

const EVENTS = 7;
const PER_PAGE = 2;
/** Of {@link severalPages}. */
export const PAGES = 4;
/** A signal that nobody aborts. */
export const never = () => new AbortController().signal;

/** The listed events, which there have to be. */
export async function listed(client: CalendarClient, calendar_id: string): Promise<readonly TaggedEvent[]> {
  const answer = await client.listOwnEvents(calendar_id, never());
  assert.ok(answer.kind === "done", JSON.stringify(answer));
  return answer.value;
}

/** The kind of a listing that has to fail. */
export async function failedListing(
  client: CalendarClient,
  calendar_id: string,
  signal = never(),
): Promise<string> {
  const answer = await client.listOwnEvents(calendar_id, signal);
  assert.ok(!("value" in answer), "a listing that is not finished has no events");
  return answer.kind;
}

/** Listed events in an order of their own. */
export function inOrder(list: readonly TaggedEvent[]): readonly TaggedEvent[] {
  return list.toSorted((one, other) => one.event_id < other.event_id ? -1 : 1);
}

/** Creates events, and says how they ought to be listed. */
export async function createEvents(
  { id, apply }: TestCalendar,
  count: number,
): Promise<readonly TaggedEvent[]> {
  const list = events(count);
  const outcomes = await apply(creations(id, list));
  return list.map(({ obligation_id }, index) => ({ event_id: writtenId(outcomes[index]), obligation_id }));
}

/** A calendar that takes {@link PAGES} pages to list. */
export async function severalPages({ newCalendar, traits, reset }: Scene) {
  const calendar = await newCalendar();
  const made = await createEvents(calendar, EVENTS);
  reset();
  traits.limitPages?.(PER_PAGE);
  return { ...calendar, made };
}

/** A budget without end, and what happens as the second page is about to be asked for. */
export function onSecondPage(happen: () => void): CallBudget {
  const budget = createCallBudget(Infinity);
  return {
    get left() {
      return budget.left;
    },
    get used() {
      return budget.used;
    },
    spend(calls) {
      budget.spend(calls);
      if (budget.used === 2) happen();
    },
  };
}
