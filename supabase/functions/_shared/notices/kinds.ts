/** Every kind of notice, as `calendar_sync.notice_kinds` has them. */
export const NOTICE_KINDS = [
  "connection_lost",
  "connection_paused",
  "deadline_failed",
  "deadline_restored",
  "deadline_hidden",
  "proposal_opened",
  "connection_added",
  "key_added",
  "webhook_added",
  "webhook_disabled",
] as const;
export type NoticeKind = typeof NOTICE_KINDS[number];

export const SEVERITIES = ["info", "warning", "critical"] as const;

/** When a kind is sent by mail. */
export const MAIL_MODES = ["immediately", "daily", "off"] as const;
export type MailMode = typeof MAIL_MODES[number];

/** What a stranger with the user's session would do is always told by mail. */
export const MAIL_REQUIRED: ReadonlySet<NoticeKind> = new Set([
  "connection_added",
  "key_added",
  "webhook_added",
]);
