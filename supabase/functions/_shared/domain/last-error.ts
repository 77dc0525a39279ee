import { z } from "zod";

/** Every reason why an integration does not sync. */
export const LAST_ERROR_CODES = [
  "invalid_grant",
  "scope_missing",
  "admin_consent_required",
  "blocked_by_policy",
  "mailbox_unavailable",
  "calendar_missing",
  "mass_deletion",
  "mass_edit",
  "secret_unreadable",
  "configuration",
  "provider_unavailable",
  "quota",
] as const;

/** The database says the others itself. */
const SAID_HERE = LAST_ERROR_CODES.filter((code) =>
  code !== "mass_deletion" && code !== "mass_edit" && code !== "secret_unreadable"
);
type SaidHere = typeof SAID_HERE[number];

/** Why an integration does not sync, as its user is told; `message` says what to do next. */
export const LastError = z.object({
  code: z.enum(SAID_HERE),
  message: z.string(),
  details: z.record(z.string(), z.string()).optional(),
});
export type LastError = z.infer<typeof LastError>;

/** What each code says unless there is more to say. */
const LAST_ERROR_MESSAGES: Readonly<Record<SaidHere, string>> = {
  invalid_grant: "The calendar account no longer lets us in. Connect it again.",
  scope_missing: "The permission to change this calendar was withdrawn. Connect again and allow it.",
  admin_consent_required: "Your organisation's administrator has to allow this first; then connect again.",
  blocked_by_policy:
    "A policy of your organisation does not let us in. Ask its administrator, then choose Sync now.",
  mailbox_unavailable:
    "The account's mailbox cannot be reached: it was removed or has moved. We try once a day; Sync now tries at once.",
  calendar_missing:
    "The calendar is gone or can no longer be written to. Choose another one or connect again.",
  configuration: "The provider does not accept our client id or secret. An administrator has to correct it.",
  provider_unavailable: "The calendar provider cannot be reached. We keep trying.",
  quota: "The provider limits this account for some hours. We go on as soon as it allows.",
};

/** @param message where there is more to say than {@link LAST_ERROR_MESSAGES} does */
export function lastError(code: LastError["code"], message: string = LAST_ERROR_MESSAGES[code]): LastError {
  return { code, message };
}
