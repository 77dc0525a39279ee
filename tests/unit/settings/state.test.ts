import assert from "node:assert/strict";
import type { Integration } from "../../../settings/src/api/types.ts";
import { isBusy, stateOf } from "../../../settings/src/calendar/state.ts";
import { DEFAULT_SETTINGS } from "../../support/default-settings.ts";

const ACTIVE: Integration = {
  id: "00000000-0000-4000-8000-000000000001",
  provider: "google",
  account_email: "ada@example.com",
  status: "active",
  access: "dedicated",
  calendar_id: "calendar",
  calendar_name: "Compliance deadlines",
  sync_enabled: true,
  last_synced_at: null,
  progress: { pending: 0, synced: 3, failed: 0 },
  events: 3,
  last_error: null,
  settings: { ...DEFAULT_SETTINGS, reminders_minutes: [] },
};

const failing = (
  status: Integration["status"],
  code: NonNullable<Integration["last_error"]>["code"],
  details?: NonNullable<Integration["last_error"]>["details"],
): Integration => ({
  ...ACTIVE,
  status,
  last_error: { code, message: "", ...(details === undefined ? {} : { details }) },
});

const CASES: readonly [string, Integration, ReturnType<typeof stateOf>][] = [
  ["everything synced", ACTIVE, { kind: "up_to_date" }],
  ["something pending", { ...ACTIVE, progress: { pending: 2, synced: 3, failed: 1 } }, {
    kind: "syncing",
    done: 3,
    total: 5,
  }],
  ["something failed", { ...ACTIVE, progress: { pending: 0, synced: 3, failed: 2 } }, {
    kind: "has_problems",
    failed: 2,
  }],
  ["switched off, whatever is pending or failing", {
    ...failing("active", "quota"),
    sync_enabled: false,
    progress: { pending: 2, synced: 0, failed: 0 },
  }, { kind: "switched_off" }],
  ["not confirmed", { ...ACTIVE, status: "pending_confirmation" }, { kind: "waiting_for_confirmation" }],
  ["being removed", {
    ...ACTIVE,
    status: "disconnecting",
    events: 8,
  }, { kind: "disconnecting", left: 8, waits_for: null, next_try_at: null }],
  [
    "being removed once the provider answers again",
    failing("disconnecting", "provider_unavailable", { next_try_at: "2027-01-31T09:00:00Z" }),
    { kind: "disconnecting", left: 3, waits_for: "provider", next_try_at: "2027-01-31T09:00:00Z" },
  ],
  ["being removed within the quota", failing("disconnecting", "quota"), {
    kind: "disconnecting",
    left: 3,
    waits_for: "quota",
    next_try_at: null,
  }],
  ["the grant lost", failing("disconnected", "invalid_grant"), { kind: "reconnect_needed" }],
  ["a token that cannot be read", failing("disconnected", "secret_unreadable"), { kind: "reconnect_needed" }],
  ["a permission withdrawn", failing("disconnected", "scope_missing"), { kind: "permission_withdrawn" }],
  [
    "an administrator wanted",
    failing("disconnected", "admin_consent_required", { admin_consent_url: "https://login.example/consent" }),
    { kind: "admin_consent_needed", admin_consent_url: "https://login.example/consent" },
  ],
  ["an administrator wanted, without a link", failing("disconnected", "admin_consent_required"), {
    kind: "admin_consent_needed",
    admin_consent_url: null,
  }],
  ["a calendar that is gone", failing("paused", "calendar_missing"), { kind: "calendar_missing" }],
  ["a mailbox that is gone", failing("paused", "mailbox_unavailable"), { kind: "mailbox_unavailable" }],
  ["a policy", failing("paused", "blocked_by_policy"), { kind: "blocked_by_policy" }],
  ["many deletions", failing("paused", "mass_deletion", { deletions: 40, events: 50 }), {
    kind: "mass_deletion",
    deletions: 40,
    events: 50,
  }],
  ["many moves and deletions", failing("paused", "mass_edit", { moves: 20, deletions: 8, events: 50 }), {
    kind: "mass_edit",
    edits: 28,
    events: 50,
  }],
  ["paused for a reason that nobody gives", { ...ACTIVE, status: "paused" }, { kind: "paused" }],
  ["paused by an administrator", {
    ...ACTIVE,
    status: "paused",
    last_error: { code: "configuration", message: "For programs.", details: { reason: "An audit. " } },
  }, { kind: "paused_by_admin", reason: "An audit" }],
  ["a wrong client", failing("active", "configuration"), { kind: "configuration" }],
  [
    "a provider that is down",
    failing("active", "provider_unavailable", { next_try_at: "2027-01-31T10:00:00Z" }),
    {
      kind: "provider_down",
      next_try_at: "2027-01-31T10:00:00Z",
    },
  ],
  ["a quota that is spent", failing("active", "quota"), { kind: "quota", next_try_at: null }],
];

for (const [name, integration, state] of CASES) {
  Deno.test(`state of an integration: ${name}`, () => assert.deepEqual(stateOf(integration), state));
}

Deno.test("what may change in a moment is busy: pending deadlines, a removal, a confirmation to come", () => {
  assert.equal(isBusy(ACTIVE), false);
  assert.equal(isBusy({ ...ACTIVE, progress: { pending: 1, synced: 0, failed: 0 } }), true);
  assert.equal(isBusy({ ...ACTIVE, status: "disconnecting" }), true);
  assert.equal(isBusy({ ...ACTIVE, status: "pending_confirmation" }), true);
});

Deno.test("what goes on only after somebody did something is not busy, however much is pending", () => {
  const progress = { pending: 9, synced: 0, failed: 0 };
  assert.equal(isBusy({ ...ACTIVE, sync_enabled: false, progress }), false);
  assert.equal(isBusy({ ...failing("paused", "calendar_missing"), progress }), false);
  assert.equal(isBusy({ ...failing("disconnected", "invalid_grant"), progress }), false);
});
