import { z } from "@hono/zod-openapi";
import { CLIENT_KINDS } from "../../_shared/feeds/clients.ts";
import { Id, Instant } from "./parts.ts";

export const Feed = z.object({
  id: Id,
  name: z.string(),
  settings: z.object({
    obligation_types: z.array(z.string()).nullable().openapi({ description: "Null: all." }),
    look_back_days: z.int(),
    look_ahead_days: z.int().nullable().openapi({ description: "Null: no end." }),
    reminders_minutes: z.array(z.int()),
    completed_events: z.enum(["keep", "remove"]),
  }),
  created_at: Instant,
  expires_at: Instant.nullable().openapi({ description: "When it ends by itself. Null: never." }),
  last_used_at: Instant.nullable().openapi({
    description: "When it was last read at this address, give or take an hour.",
  }),
  last_client: z.enum(CLIENT_KINDS).nullable().openapi({ description: "By what kind of program." }),
}).openapi("Feed", { description: "A calendar at a secret address." });

export const Feeds = z.object({ feeds: z.array(Feed) }).openapi("Feeds");

export const FeedAddress = z.object({
  ...Feed.shape,
  url: z.string().openapi({ format: "uri", description: "Whoever has it reads the feed. Shown this once." }),
}).openapi("FeedAddress");

export const ObligationTypes = z.object({ obligation_types: z.array(z.string()) }).openapi("ObligationTypes");
