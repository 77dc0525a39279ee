import { z } from "@hono/zod-openapi";
import type { Rpc } from "../../_shared/platform/rpc.ts";
import { ProviderName, type Providers } from "../../_shared/providers/registry.ts";
import { TestEvent, type TestEventAnswer } from "../answers/test-events.ts";
import { type CalendarApp, notYours } from "../app.ts";
import { Placed, withEventUrl } from "../event-links.ts";
import * as routes from "../routes/test-events.ts";

const Row = z.object({
  test_event: TestEvent.omit({ event_url: true }).extend({ provider: ProviderName, ...Placed }).nullable(),
}).nullable();

/** What is said where the integration itself says nothing. */
const MESSAGES: Readonly<Partial<Record<NonNullable<z.infer<typeof TestEvent>["code"]>, string>>> = {
  rejected: "The calendar does not accept events from us.",
  paused: "Syncing is paused.",
  disconnected: "The account has to be connected again.",
  disconnecting: "The account is being disconnected.",
};

/**
 * Events that show whether deadlines reach a calendar.
 *
 * @param providers those that this installation offers
 */
export function addTestEvents(app: CalendarApp, { providers }: { readonly providers: Providers }): void {
  const ask = async (
    userRpc: Rpc,
    call: "calendar_test_event" | "calendar_send_test_event" | "calendar_remove_test_event",
    integration_id: string,
  ): Promise<z.infer<typeof TestEventAnswer>> => {
    const row = await userRpc(call, { p_integration_id: integration_id }, Row);
    if (row === null) throw notYours();
    if (row.test_event === null) return { test_event: null };
    const { provider: _, ...shown } = withEventUrl(providers, row.test_event);
    return {
      test_event: { ...shown, message: shown.message ?? (shown.code && MESSAGES[shown.code]) ?? null },
    };
  };

  app.openapi(routes.testEvent, async (c) => {
    const { integration_id } = c.req.valid("query");
    return c.json(await ask(c.var.userRpc, "calendar_test_event", integration_id), 200);
  });

  app.openapi(routes.sendTestEvent, async (c) => {
    const { integration_id } = c.req.valid("json");
    return c.json(await ask(c.var.userRpc, "calendar_send_test_event", integration_id), 200);
  });

  app.openapi(routes.removeTestEvent, async (c) => {
    const { integration_id } = c.req.valid("query");
    return c.json(await ask(c.var.userRpc, "calendar_remove_test_event", integration_id), 200);
  });
}
