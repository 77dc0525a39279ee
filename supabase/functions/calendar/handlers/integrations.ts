import { z } from "@hono/zod-openapi";
import { offeredEdits, withEffectiveEdits } from "../../_shared/domain/calendar-edits.ts";
import type { ConnectContext } from "../../_shared/oauth/connect.ts";
import { ApiError } from "../../_shared/platform/errors.ts";
import { Integration } from "../answers/integrations.ts";
import { type CalendarApp, notYours } from "../app.ts";
import { chooseCalendar, chooseOwnCalendar, listCalendars } from "../calendars.ts";
import * as routes from "../routes/integrations.ts";

type Integration = z.infer<typeof Integration>;

/** Accounts that are connected, and their calendars. */
export function addIntegrations(app: CalendarApp, context: ConnectContext): void {
  const { accept_edits } = context.env;
  const shown = (integration: Integration) => withEffectiveEdits(integration, accept_edits);

  app.openapi(routes.status, async (c) => {
    const integrations = await c.var.userRpc("calendar_status", {}, z.array(Integration));
    return c.json({ integrations: integrations.map(shown) }, 200);
  });

  app.openapi(routes.change, async (c) => {
    const { integration_id, calendar_id, sync_enabled, settings } = c.req.valid("json");
    if (settings?.calendar_edits && !offeredEdits(accept_edits).includes(settings.calendar_edits)) {
      const own = await c.var.userRpc("calendar_status", {}, z.array(Integration));
      if (!own.some(({ id, status }) => id === integration_id && status !== "pending_confirmation")) {
        throw notYours();
      }
      throw notOffered();
    }
    if (calendar_id !== undefined) {
      await chooseCalendar(context, c.var.user_id, integration_id, calendar_id);
    }
    const integration = await c.var.userRpc("calendar_update_integration", {
      p_integration_id: integration_id,
      p_sync_enabled: sync_enabled ?? null,
      p_settings: settings ?? null,
    }, Integration.nullable());
    if (integration === null) throw notYours();
    return c.json(shown(integration), 200);
  });

  app.openapi(routes.options, (c) => c.json({ calendar_edits: offeredEdits(accept_edits) }, 200));

  app.openapi(routes.calendars, async (c) => {
    const { integration_id } = c.req.valid("query");
    return c.json({ calendars: [...await listCalendars(context, c.var.user_id, integration_id)] }, 200);
  });

  app.openapi(routes.ownCalendar, async (c) => {
    const { integration_id } = c.req.valid("json");
    return c.json(shown(await chooseOwnCalendar(context, c.var.user_id, integration_id)), 200);
  });

  app.openapi(routes.sync, async (c) => {
    const { integration_id } = c.req.valid("json");
    const queued = await c.var.userRpc("calendar_sync_now", {
      p_integration_id: integration_id ?? null,
    }, z.int().nullable());
    if (queued === null) throw notYours();
    return c.json({ queued }, 202);
  });

  app.openapi(routes.reapply, async (c) => {
    const { integration_id } = c.req.valid("json");
    const args = { p_integration_id: integration_id };
    const queued = await c.var.userRpc("calendar_reapply", args, z.int().nullable());
    if (queued === null) throw notYours();
    return c.json({ queued }, 202);
  });

  app.openapi(routes.resume, async (c) => {
    const { integration_id } = c.req.valid("json");
    const integration = await c.var.userRpc(
      "calendar_resume",
      { p_integration_id: integration_id },
      Integration.nullable(),
    );
    if (integration === null) throw notYours();
    return c.json(shown(integration), 200);
  });
}

function notOffered(): ApiError {
  return new ApiError(
    400,
    "invalid_request",
    "settings.calendar_edits: accept is not offered here. Choose restore, keep or ignore.",
  );
}
