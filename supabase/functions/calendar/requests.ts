import { z } from "zod";

const REMINDERS_MAX = 5;
/** Four weeks, the most that Google takes. */
const REMINDER_MINUTES_MAX = 40_320;

const Id = z.uuid("must be the id of an integration");

export const AuthorizeQuery = z.object({
  provider: z.enum(["google", "outlook"], "must be google or outlook"),
  redirect_to: z.string("must be given"),
  access: z.enum(["dedicated", "existing"], "must be dedicated or existing").default("dedicated"),
});

export const AdminConsentQuery = z.object({
  provider: z.enum(["google", "outlook"], "must be google or outlook"),
});

export const ConfirmBody = z.object({ connection: z.string("must be the ticket").min(1).max(200) });

export const IntegrationQuery = z.object({ integration_id: Id });

export const IntegrationBody = z.strictObject({ integration_id: Id });

export const ExplainQuery = z.object({ obligation_id: z.uuid("must be the id of an obligation") });

export const SyncBody = z.object({ integration_id: Id.optional() });

export const DisconnectQuery = z.object({
  integration_id: Id,
  events: z.enum(["keep", "remove"], "must be keep or remove").default("keep"),
});

/** Strict: what is not known is refused, so that a typo never looks like a change that was made. */
export const PatchBody = z.strictObject({
  integration_id: Id,
  sync_enabled: z.boolean().optional(),
  calendar_id: z.string().min(1).max(1024).optional(),
  settings: z.strictObject({
    reminders_minutes: z.array(z.int().min(0).max(REMINDER_MINUTES_MAX)).max(REMINDERS_MAX).optional(),
    completed_events: z.enum(["keep", "remove"]).optional(),
  }).optional(),
});
