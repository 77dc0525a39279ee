import { type Context, Hono } from "hono";
import { streamSSE } from "hono/streaming";
import { z } from "zod";
import { FaultList, type Faults } from "./faults.ts";
import type { ObservedState } from "./observed-state.ts";
import { PersonEditBody } from "./person-edit.ts";

/** An account as the page shows it, whoever its provider is. */
export interface AccountView {
  readonly email: string;
  readonly name: string;
  readonly calendars: readonly CalendarView[];
}

/** A calendar as the page shows it. */
export interface CalendarView {
  readonly id: string;
  readonly name: string;
  readonly color: string;
  readonly events: readonly EventView[];
  /** Events that were deleted and can be put back; absent: none. */
  readonly deleted?: readonly DeletedEventView[];
}

/** A deleted event as the page shows it. */
export type DeletedEventView = Pick<EventView, "id" | "title" | "day">;

/** An event as the page shows it; deleted ones are left out. */
export interface EventView {
  readonly id: string;
  /** Changes with every change of the event. */
  readonly version: string;
  readonly title: string;
  /** YYYY-MM-DD. */
  readonly day: string;
  /** HH:MM as the event's own clock shows it; null: all day. */
  readonly time: string | null;
  /** As the provider names it; null: none is kept. */
  readonly time_zone: string | null;
  /** Before the start, of an all-day event before its midnight; negative: after it. */
  readonly reminders_minutes: readonly number[];
  readonly description: string;
  /** The obligation's page; null: none. */
  readonly link: string | null;
  /** From the provider's place for our tag; null: the event has none. */
  readonly obligation_id: string | null;
}

/** What differs between providers behind the same controls. Bodies come unparsed; what does not fit throws ZodError. */
export interface Controls {
  /** Everything that tests may want to see, in the provider's words. */
  snapshot(): Record<string, unknown>;
  view(): readonly AccountView[];
  changeSettings(body: unknown): void;
  /** Both return false where there is no such account. */
  expireTokens(email: string): boolean;
  revoke(email: string): boolean;
  /** What a person does to an event in the provider's own app; false where there is no such event. */
  editEvent(body: unknown): boolean;
  /**
   * The same, in words that every provider has; the event changes as when its user changes it.
   *
   * @returns false where there is no such event
   */
  editAsPerson(edit: PersonEditBody): boolean;
  deleteCalendar(email: string, calendar_id: string): void;
}

const AccountBody = z.object({ account: z.string() });
const CalendarBody = z.object({ account: z.string(), calendar_id: z.string() });

/** `/emulator`: what tests and the page see and switch. Not the provider's. */
export function controlRoutes(state: ObservedState, faults: Faults, controls: Controls): Hono {
  const app = new Hono();
  const done = (c: Context, isDone: boolean, missing: string) =>
    isDone ? c.body(null, 204) : c.json({ message: `no such ${missing}` }, 404);

  app.onError((error, c) => {
    if (error instanceof z.ZodError) return c.json({ message: z.prettifyError(error) }, 400);
    if (error instanceof SyntaxError) return c.json({ message: "not JSON" }, 400);
    throw error;
  });
  app.get("/state", (c) =>
    c.json({
      ...controls.snapshot(),
      revision: state.revision,
      quota_violations: state.quota_violations,
    }));
  app.get(
    "/view",
    (c) => c.json({ accounts: controls.view() }),
  );
  app.get("/requests", (c) => c.json({ requests: state.requests }));
  app.delete("/requests", (c) => {
    state.requests = [];
    state.quota_violations = [];
    return c.body(null, 204);
  });
  app.put("/faults", async (c) => {
    faults.set(FaultList.parse(await c.req.json()));
    return c.body(null, 204);
  });
  app.delete("/faults", (c) => {
    faults.clear();
    return c.body(null, 204);
  });
  app.patch("/settings", async (c) => {
    controls.changeSettings(await c.req.json());
    return c.body(null, 204);
  });
  app.post("/expire_tokens", async (c) => {
    const { account } = AccountBody.parse(await c.req.json());
    return done(c, controls.expireTokens(account), "account");
  });
  app.post("/revoke", async (c) => {
    const { account } = AccountBody.parse(await c.req.json());
    return done(c, controls.revoke(account), "account");
  });
  app.post("/user_edit", async (c) => done(c, controls.editEvent(await c.req.json()), "event"));
  app.post("/edit", async (c) => {
    const edit = PersonEditBody.parse(await c.req.json());
    return done(c, controls.editAsPerson(edit), "event");
  });
  app.post("/delete_calendar", async (c) => {
    const { account, calendar_id } = CalendarBody.parse(await c.req.json());
    controls.deleteCalendar(account, calendar_id);
    return c.body(null, 204);
  });
  app.get("/events", (c) =>
    streamSSE(c, async (stream) => {
      let changed = Promise.withResolvers<void>();
      const forget = state.onChange(() => changed.resolve());
      stream.onAbort(forget);
      while (!stream.aborted) {
        await stream.writeSSE({ event: "change", data: String(state.revision) });
        await changed.promise;
        changed = Promise.withResolvers<void>();
      }
    }));
  return app;
}
