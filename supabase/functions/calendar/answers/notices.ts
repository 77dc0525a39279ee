import { z } from "@hono/zod-openapi";
import { MAIL_MODES, NOTICE_KINDS, SEVERITIES } from "../../_shared/notices/kinds.ts";
import { Email, Id, Instant } from "./parts.ts";

const Notice = z.object({
  id: Id,
  kind: z.enum(NOTICE_KINDS),
  severity: z.enum(SEVERITIES),
  created_at: Instant,
  integration_id: Id.nullable().openapi({ description: "Null: it is about no calendar." }),
  obligation_id: Id.nullable().openapi({ description: "Null: it is about no single obligation." }),
  code: z.string().nullable().openapi({
    description:
      "Why, by kind: the code of the calendar's last_error, or paused_by_admin; the reason of a deadline, as a problem has it; accepted, of a move.",
  }),
  name: z.string().nullable().openapi({ description: "Of the API key, or the host of the webhook." }),
  message: z.string().openapi({ description: "For people: what happened, and what to do." }),
  action_url: z.string().openapi({ format: "uri", description: "The page where something can be done." }),
  dismissed_at: Instant.nullable().openapi({
    description: "When the user dismissed it, or it was mended. Null: it is still to be read.",
  }),
}).openapi("Notice", { description: "What a user has to know." });

export const Notices = z.object({
  notices: z.array(Notice),
  unread: z.int().openapi({ description: "How many are not dismissed." }),
}).openapi("Notices");

const Mode = z.enum(MAIL_MODES);

export const Notifications = z.object({
  email: Email.openapi({ description: "Where mail goes: the address of the user's account." }),
  kinds: z.object({
    connection_lost: Mode,
    connection_paused: Mode,
    deadline_failed: Mode,
    deadline_restored: Mode,
    deadline_hidden: Mode,
    proposal_opened: Mode,
    connection_added: Mode,
    key_added: Mode,
    webhook_added: Mode,
    webhook_disabled: Mode,
  }),
  suppressed: z.boolean().openapi({
    description:
      "A mail server refused this address for good: nothing is sent until the user has another one.",
  }),
}).openapi("Notifications", { description: "What the user is told by mail, and when." });
