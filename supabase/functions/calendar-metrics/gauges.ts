import { LAST_ERROR_CODES } from "../_shared/domain/last-error.ts";
import { CHANNELS } from "../_shared/notices/delivery.ts";
import type { LabelValues } from "../_shared/platform/metric-definitions.ts";

const STATUSES = ["active", "disconnected", "paused", "disconnecting"] as const;

/**
 * How things stand when the metrics are read, as the database's `calendar_sync.*_gauges` find out. Where labels are given,
 * a series of which there is nothing is 0.
 */
export const GAUGES: Readonly<
  Record<string, { readonly help: string; readonly labels?: LabelValues }>
> = {
  calendar_integrations: {
    help: "Connected accounts, by status.",
    labels: { provider: null, status: STATUSES },
  },
  calendar_integration_errors: {
    help: "Connected accounts that say why they do not sync, by that code.",
    labels: { provider: null, code: LAST_ERROR_CODES },
  },
  calendar_user_changes_last_day: {
    help:
      "Events written or removed in 24 hours a user with an active account: of 200 users, others every hour, the given quantile.",
  },
  calendar_queue_jobs: {
    help:
      "Obligations to be looked at: queued, or given_up until something changes. Above 10,000 the planner's estimate.",
  },
  calendar_queue_changes: {
    help: "Changes that no worker has absorbed yet; at most 10,001.",
  },
  calendar_lanes_due: {
    help: "Calendars that could be worked now and that no worker has, by who waits; at most 10,001.",
  },
  calendar_lanes_leased: { help: "Calendars that a worker has in hand." },
  calendar_oldest_due_age_seconds: {
    help: "How long the calendar that waits longest has been due, by who waits; 0: none is.",
  },
  calendar_oldest_change_age_seconds: {
    help: "How long the oldest change waits to be absorbed; 0: there is none.",
  },
  calendar_deliveries_waiting: {
    help: "Mails, and calls of webhooks, that have yet to be sent; at most 10,001 each.",
    labels: { channel: CHANNELS },
  },
  calendar_deliveries_retrying: {
    help: "Of these, those whose last attempt was in vain.",
    labels: { channel: CHANNELS },
  },
  calendar_oldest_delivery_age_seconds: {
    help: "For how long the one that waits longest has been due; 0: none is.",
    labels: { channel: CHANNELS },
  },
  calendar_channels: {
    help:
      "Push channels. verified: the provider has reached us; missing: calendars that are to have one and have none.",
    labels: {
      provider: null,
      state: ["verified", "unverified", "registering", "stopping", "failed", "missing"],
    },
  },
  calendar_proposals_open: {
    help:
      "Moved deadlines of which their users have yet to say whether the deadline moves, too; at most 10,001.",
  },
  calendar_notices_open: {
    help: "Notices that their users have not dismissed and that are not over, by kind; at most 10,001 each.",
  },
  calendar_quota_calls_used: {
    help:
      "Provider calls within the present window: of all accounts (project), and of the account that made most (account).",
  },
  calendar_quota_calls_limit: { help: "Provider calls that a window allows." },
  calendar_circuit_breaker_open: {
    help: "1 while a provider's calendars wait: because it is down, or its quota for all accounts is spent.",
  },
  calendar_incidents_unrepaired: {
    help: "Failures inside users' transactions that the tick has yet to repair.",
  },
  calendar_incidents_last_hour: {
    help: "Failures inside users' transactions, and stalls, of the last hour.",
  },
  calendar_tick_age_seconds: { help: "Since the tick last succeeded; +Inf: pg_cron knows of no run." },
  calendar_wake_up_success_age_seconds: {
    help:
      "Since pg_net last got a 2xx from the worker; +Inf: none of the last ten wake-up calls has one that pg_net still keeps.",
  },
  calendar_wake_up_calls_waiting: { help: "Calls in pg_net's queue, whoever queued them; at most 10,001." },
  calendar_healthy: { help: "What /healthz says: 1 where the check is passed." },
};
