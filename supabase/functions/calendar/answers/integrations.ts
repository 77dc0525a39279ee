import { z } from "@hono/zod-openapi";
import { CALENDAR_EDITS } from "../../_shared/domain/calendar-edits.ts";
import { LAST_ERROR_CODES } from "../../_shared/domain/last-error.ts";
import { ProviderName } from "../../_shared/providers/registry.ts";
import { Calendar, CalendarName, Email, Id, Instant } from "./parts.ts";

export const LastError = z.object({
  code: z.enum(LAST_ERROR_CODES),
  message: z.string().openapi({ description: "For people: what to do next." }),
  details: z.object({
    next_try_at: Instant.optional().openapi({
      description:
        "When it goes on, where it passes by itself (provider_unavailable, quota) and that is known.",
    }),
    admin_consent_url: z.string().optional().openapi({
      description: "What the organisation's administrator opens (admin_consent_required).",
    }),
    moves: z.int().optional().openapi({ description: "So many events were moved (mass_edit)." }),
    deletions: z.int().optional().openapi({
      description: "So many events would go (mass_deletion), or were deleted (mass_edit).",
    }),
    events: z.int().optional().openapi({ description: "Of so many (mass_deletion, mass_edit)." }),
    reason: z.string().optional().openapi({
      description: "Why an administrator paused it (configuration); empty: no reason was given.",
    }),
  }).optional(),
}).openapi("LastError", { description: "Why a calendar does not sync." });

export const Integration = z.object({
  id: Id,
  provider: ProviderName,
  account_email: Email.openapi({ description: "Or the user name, of an account with a password." }),
  server: z.string().optional().openapi({
    description: "The host name of the server, where the account is on one that its user named.",
  }),
  status: z.enum(["pending_confirmation", "active", "disconnected", "paused", "disconnecting"]),
  access: z.enum(["dedicated", "existing"]),
  calendar_id: z.string().nullable().openapi({ description: "The provider's. Null until confirmed." }),
  calendar_name: CalendarName,
  sync_enabled: z.boolean().openapi({ description: "The user's switch. Off: changes wait." }),
  last_synced_at: Instant.nullable(),
  progress: z.object({
    pending: z.int().openapi({ description: "Still to be looked at." }),
    synced: z.int().openapi({ description: "As they should be." }),
    failed: z.int().openapi({ description: "Given up until something changes; see GET /problems." }),
  }).openapi({ description: "Obligations of this calendar." }),
  events: z.int().openapi({ description: "Events of ours that are there, as they should be or not yet." }),
  last_error: z.union([LastError, z.null()]),
  settings: z.object({
    reminders_minutes: z.array(z.int()).openapi({
      description: "Minutes before the deadline, at most five.",
    }),
    all_day_reminder_time: z.string().openapi({
      description: "When an all-day deadline is taken as due on its day: its reminders count back from then.",
      examples: ["09:00"],
    }),
    completed_events: z.enum(["keep", "remove"]),
    obligation_types: z.array(z.string()).nullable().openapi({
      description: "Obligations of these types alone; null: all.",
    }),
    title_template: z.string().openapi({
      description: "What titles of events are made by.",
      examples: ["{title}"],
    }),
    calendar_edits: z.enum(CALENDAR_EDITS).openapi({
      description:
        "What becomes of a deadline that is moved in the calendar: it is put back, stays, stays until anything of it changes, or changes the obligation.",
    }),
  }),
}).openapi("Integration", { description: "One account at one provider that a user connected." });

export const Integrations = z.object({ integrations: z.array(Integration) }).openapi("Integrations");
export const Calendars = z.object({ calendars: z.array(Calendar) }).openapi("Calendars");
export const Address = z.object({ url: z.string().openapi({ format: "uri" }) }).openapi("Address");

export const Providers = z.object({
  providers: z.array(
    z.object({
      provider: ProviderName,
      name: z.string().openapi({ description: "What people call it." }),
      credential: z.enum(["oauth", "password"]).openapi({
        description: "oauth: begin at GET /authorize. password: a server, a user name and a password.",
      }),
      presets: z.array(z.object({
        name: z.string(),
        server_url: z.string(),
        help_url: z.string().nullable().openapi({
          description: "Where the user finds a password for it; null: there is no such page.",
        }),
      })).openapi({ description: "Servers that are known by name (password)." }),
    }).openapi("Provider"),
  ),
}).openapi("Providers");

export const Options = z.object({
  calendar_edits: z.array(z.enum(CALENDAR_EDITS)).openapi({
    description: "accept where the operator allows it (CALENDAR_ACCEPT_EDITS).",
  }),
}).openapi("Options", { description: "What the settings of a calendar may be in this installation." });
