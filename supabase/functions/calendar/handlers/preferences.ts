import { ApiError } from "../../_shared/platform/errors.ts";
import { RpcError } from "../../_shared/platform/rpc.ts";
import { Preferences } from "../answers/preferences.ts";
import type { CalendarApp } from "../app.ts";
import * as routes from "../routes/preferences.ts";

const INVALID_PARAMETER_VALUE = "22023";

/** What a user chose once for everything. */
export function addPreferences(app: CalendarApp): void {
  app.openapi(routes.preferences, async (c) => {
    return c.json(await c.var.userRpc("calendar_preferences", {}, Preferences), 200);
  });

  app.openapi(routes.changePreferences, async (c) => {
    try {
      const changed = await c.var.userRpc("calendar_update_preferences", {
        p_change: c.req.valid("json"),
      }, Preferences);
      return c.json(changed, 200);
    } catch (error) {
      // The database may know fewer time zones than this runtime.
      if (!(error instanceof RpcError) || error.code !== INVALID_PARAMETER_VALUE) throw error;
      throw new ApiError(
        400,
        "invalid_request",
        "time_zone: is not known to the database. Choose another one.",
      );
    }
  });
}
