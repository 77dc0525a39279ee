import { Hono } from "hono";
import { streamSSE } from "hono/streaming";
import { z } from "zod";
import { FaultList, type Faults } from "./faults.ts";
import { revokeAll } from "./oauth.ts";
import type { EmulatorState } from "./state.ts";

const AccountBody = z.object({ account: z.string() });
const SettingsBody = z.object({
  quota_per_minute: z.number().int().nullable().optional(),
  restore_allowed: z.boolean().optional(),
});
const UserEdit = z.object({
  account: z.string(),
  calendar_id: z.string(),
  event_id: z.string(),
  change: z.union([z.literal("delete"), z.record(z.string(), z.unknown())]),
});

/** `/emulator`: what tests and the page see and switch. Not Google's. */
export function controlRoutes(state: EmulatorState, faults: Faults): Hono {
  const app = new Hono();

  app.get("/state", (c) =>
    c.json({
      accounts: [...state.accounts.values()].map(({ email, name, calendars }) => ({
        email,
        name,
        calendars: [...calendars.values()].map(({ events, ...calendar }) => ({
          ...calendar,
          events: [...events.values()],
        })),
      })),
      revision: state.revision,
    }));
  app.get("/requests", (c) => c.json({ requests: state.requests }));
  app.delete("/requests", (c) => {
    state.requests = [];
    return c.body(null, 204);
  });
  app.put("/faults", async (c) => {
    const parsed = FaultList.safeParse(await c.req.json().catch(() => null));
    if (!parsed.success) return c.json({ message: z.prettifyError(parsed.error) }, 400);
    faults.set(parsed.data);
    return c.body(null, 204);
  });
  app.delete("/faults", (c) => {
    faults.clear();
    return c.body(null, 204);
  });
  app.patch("/settings", async (c) => {
    const settings = SettingsBody.parse(await c.req.json());
    if (settings.quota_per_minute !== undefined) state.quota_per_minute = settings.quota_per_minute;
    if (settings.restore_allowed !== undefined) state.restore_allowed = settings.restore_allowed;
    return c.body(null, 204);
  });
  app.post("/expire_tokens", async (c) => {
    const { account } = AccountBody.parse(await c.req.json());
    for (const [token, grant] of state.accessTokens) {
      if (grant.account.email === account) state.accessTokens.delete(token);
    }
    return c.body(null, 204);
  });
  app.post("/revoke", async (c) => {
    const account = state.accounts.get(AccountBody.parse(await c.req.json()).account);
    if (!account) return c.json({ message: "no such account" }, 404);
    revokeAll(state, account);
    return c.body(null, 204);
  });
  app.post("/user_edit", async (c) => {
    const edit = UserEdit.parse(await c.req.json());
    const events = state.accounts.get(edit.account)?.calendars.get(edit.calendar_id)?.events;
    const event = events?.get(edit.event_id);
    if (!events || !event) return c.json({ message: "no such event" }, 404);
    const change = edit.change === "delete" ? { status: "cancelled" } : edit.change;
    events.set(event.id, { ...event, ...change, etag: state.nextEtag() });
    return c.body(null, 204);
  });
  app.post("/delete_calendar", async (c) => {
    const body = z.object({ account: z.string(), calendar_id: z.string() }).parse(await c.req.json());
    state.accounts.get(body.account)?.calendars.delete(body.calendar_id);
    state.nextEtag();
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
