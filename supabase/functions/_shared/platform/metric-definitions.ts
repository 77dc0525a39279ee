/**
 * What the functions count. A label with a list has these values and no others; null stands for words from outside, of
 * which the database keeps some and calls the rest `other`. The providers' names are not known here: who serves the metrics
 * fills them in.
 */

/** Of a call to a provider; but for `ok` and `refused`, which a token endpoint says, the kinds of `Failure`. */
const ANSWERS = [
  "ok",
  "refused",
  "gone",
  "exists",
  "conflict",
  "retry",
  "unknown",
  "pause",
  "token_rejected",
  "needs_reconnect",
  "needs_admin",
  "calendar_missing",
  "calendar_moved",
  "mailbox_unavailable",
  "rejected",
] as const;

/** From a cached answer to the ten seconds after which a call is given up, and a batch's thirty. */
const RESPONSE_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] as const;
/** From a single edit to a batch of hundreds. */
const LANE_SECONDS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60] as const;

/** Counters by their name without `_total`. */
export const COUNTERS = {
  calendar_jobs: {
    help:
      "Obligations that a worker looked at for a calendar, by what came of it: unchanged needed no call, not_begun and without_token wait.",
    labels: {
      provider: null,
      outcome: [
        "done",
        "unchanged",
        "not_begun",
        "without_token",
        "edited",
        "gone",
        "exists",
        "conflict",
        "retry",
        "unknown",
        "pause",
        "token_rejected",
        "needs_reconnect",
        "needs_admin",
        "calendar_missing",
        "calendar_moved",
        "mailbox_unavailable",
        "rejected",
      ],
    },
  },
  calendar_job_failures: {
    help: "Obligations whose event could not be written or removed, by the reason that the provider gave.",
    labels: { provider: null, reason: null },
  },
  calendar_syncs: {
    help: "Batches of obligations of a calendar, by what came of the whole.",
    labels: {
      provider: null,
      result: ["succeeded", "failed", "without_token", "lease_lost", "error"],
    },
  },
  calendar_obligation_syncs: {
    help: "Events that were written, by the type of their obligation.",
    labels: { obligation_type: null },
  },
  calendar_token_refreshes: {
    help: "Refresh tokens that were used, by what the provider said.",
    labels: {
      provider: null,
      result: [
        "refreshed",
        "invalid_grant",
        "admin_consent_required",
        "blocked_by_policy",
        "configuration",
        "unavailable",
      ],
    },
  },
  calendar_provider_errors: {
    help:
      "Calls, and parts of batches, that failed: auth, the grant or our client was refused; network, no answer; rate_limit; provider, an error of its own.",
    labels: { provider: null, class: ["auth", "network", "rate_limit", "provider"] },
  },
  calendar_database_errors: {
    help: "Calls of the database that got no answer, or the answer of a server in trouble.",
    labels: {},
  },
  calendar_delivery_attempts: {
    help: "Attempts to send a mail or to call a webhook, by what came of it.",
    labels: { channel: ["webhook", "mail"], outcome: ["delivered", "retry", "failed", "gone"] },
  },
  calendar_push_notifications: {
    help:
      "Calls of push channels, by what came of them: refused ones named no channel of ours, limited ones came too quickly and were noted together or were unknown.",
    labels: { provider: null, result: ["noted", "refused", "limited", "not_noted"] },
  },
  calendar_pulls: {
    help:
      "Calendars that were read for what their users changed, by what came of it: failed, the provider did not answer as it should; not_removed, a copy that is to go is still there.",
    labels: {
      provider: null,
      result: ["read", "failed", "not_removed", "without_token", "lease_lost", "error"],
    },
  },
  // The database counts these four where it records them.
  calendar_edits: {
    help:
      "What users did to events of ours, by kind. noise: reminders, colours, notes and the like; overtaken: a newer change of the obligation goes over it.",
    labels: {
      provider: null,
      kind: ["moved", "resized", "series", "deleted", "returned", "converged", "overtaken", "noise"],
    },
  },
  calendar_restores: {
    help:
      "Events that were moved or deleted, where they are put back. left: not again, since it was deleted a second time or another program moves it each time.",
    labels: { provider: null, edit: ["moved", "deleted"], result: ["restored", "left"] },
  },
  calendar_proposals: {
    help: "Proposals, by the state that they came into. One that is undone is open again.",
    labels: { provider: null, state: ["open", "accepted", "dismissed", "superseded"] },
  },
  calendar_mass_edits: {
    help: "Calendars that were paused because very many of their events were moved or deleted at once.",
    labels: { provider: null },
  },
  calendar_worker_runs: {
    help: "Runs of the worker, from a wake-up call until nothing was due.",
    labels: {},
  },
} as const;

/** Histograms of seconds, with their upper bounds. */
export const HISTOGRAMS = {
  calendar_provider_response_seconds: {
    help: "How long a provider took to answer, in full; a batch is one call.",
    labels: {
      provider: null,
      operation: ["event_read", "event_write", "calendar", "batch", "token"],
      outcome: ANSWERS,
    },
    bounds: RESPONSE_SECONDS,
  },
  calendar_lane_run_seconds: {
    help: "How long a calendar was worked at a time, from its claim to its record.",
    labels: {
      provider: null,
      kind: ["event", "pull", "find_orphans", "keep_alive", "disconnect", "reapply", "channel", "test_event"],
    },
    bounds: LANE_SECONDS,
  },
} as const;

/** A label and its values. */
export type LabelValues = Readonly<Record<string, readonly string[] | null>>;

/** Of a metric: one value a label. */
export type LabelsOf<D extends { readonly labels: LabelValues }> = {
  readonly [L in keyof D["labels"]]: D["labels"][L] extends readonly (infer V extends string)[] ? V : string;
};
