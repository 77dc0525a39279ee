import { z } from "@hono/zod-openapi";
import type { ConnectContext } from "../../_shared/oauth/connect.ts";
import { createApiKey } from "../../_shared/platform/api-keys.ts";
import { ApiError } from "../../_shared/platform/errors.ts";
import { ApiKey } from "../answers/keys.ts";
import type { CalendarApp } from "../app.ts";
import * as routes from "../routes/keys.ts";

const Rotated = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("rotated"), key: ApiKey }),
  z.object({ kind: z.enum(["unknown", "replaced", "too_many"]) }),
]);

/** API keys. They are made here and go into the answer alone; the database gets hashes of their secrets. */
export function addKeys(app: CalendarApp, { rpc }: ConnectContext): void {
  app.openapi(routes.keys, async (c) => {
    return c.json({ keys: await c.var.userRpc("calendar_keys", {}, z.array(ApiKey)) }, 200);
  });

  app.openapi(routes.createKey, async (c) => {
    const { name, scopes, expires_at } = c.req.valid("json");
    const { key, key_id, secret_hash } = await createApiKey();
    const made = await rpc("calendar_create_key", {
      p_user_id: c.var.user_id,
      p_name: name,
      p_scopes: scopes,
      p_expires_at: expires_at ?? null,
      p_key_id: key_id,
      p_secret_hash: secret_hash,
    }, ApiKey.nullable());
    if (made === null) throw new ApiError(409, "too_many_keys", "You have 20 API keys. Delete one first.");
    return c.json({ ...made, key }, 201);
  });

  app.openapi(routes.rotateKey, async (c) => {
    const { key, key_id, secret_hash } = await createApiKey();
    const rotated = await rpc("calendar_rotate_key", {
      p_user_id: c.var.user_id,
      p_key_id: c.req.valid("param").id,
      p_new_key_id: key_id,
      p_new_secret_hash: secret_hash,
    }, Rotated);
    switch (rotated.kind) {
      case "unknown":
        throw noSuchKey();
      case "replaced":
        throw new ApiError(
          409,
          "key_replaced",
          "This key was replaced before. Rotate the one that replaced it.",
        );
      case "too_many":
        throw new ApiError(
          409,
          "too_many_keys",
          "You have too many API keys to rotate one. Delete one first.",
        );
      case "rotated":
        return c.json({ ...rotated.key, key }, 201);
    }
  });

  app.openapi(routes.deleteKey, async (c) => {
    const deleted = await c.var.userRpc(
      "calendar_delete_key",
      { p_key_id: c.req.valid("param").id },
      z.boolean(),
    );
    if (!deleted) throw noSuchKey();
    return c.body(null, 204);
  });
}

function noSuchKey(): ApiError {
  return new ApiError(404, "not_found", "You have no such API key.");
}
