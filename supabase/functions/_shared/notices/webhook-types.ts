/** What a webhook may be told of; the database knows the same list. */
export const WEBHOOK_TYPES = [
  "connection.connected",
  "connection.disconnected",
  "connection.paused",
  "connection.resumed",
  "connection.removed",
  "deadline.shown",
  "deadline.updated",
  "deadline.removed",
  "deadline.failed",
  "deadline.recovered",
  "proposal.opened",
  "proposal.decided",
  "webhook.test",
] as const;

/** Why a webhook was switched off, if not by a person. */
export const DISABLED_BECAUSE = ["gone", "failing"] as const;
