import { z } from "@hono/zod-openapi";
import { KEY_SCOPES } from "../../_shared/platform/api-keys.ts";
import { Instant } from "./parts.ts";

export const KeyScope = z.enum(KEY_SCOPES).openapi("KeyScope", { description: "What an API key opens." });

export const ApiKey = z.object({
  id: z.string().openapi({ description: "The public characters of the key." }),
  name: z.string(),
  scopes: z.array(KeyScope),
  created_at: Instant,
  expires_at: Instant.openapi({ description: "From when on it opens nothing." }),
  last_used_at: Instant.nullable().openapi({ description: "Give or take an hour. Null: never." }),
  replaced_by: z.string().nullable().openapi({
    description: "The id of the key that it was rotated to; until expires_at both are good.",
  }),
}).openapi("ApiKey", { description: "With it a program calls for the user, within its scopes." });

export const ApiKeys = z.object({ keys: z.array(ApiKey) }).openapi("ApiKeys");

export const NewApiKey = z.object({
  ...ApiKey.shape,
  key: z.string().openapi({ description: "eck_live_…: what the program sends. Shown this once." }),
}).openapi("NewApiKey");
