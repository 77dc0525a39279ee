import type { Integration } from "../api/types.ts";

/**
 * What an integration's user has to know of it, one thing at a time: what asks for a decision goes before what goes on
 * by itself, and that before what is as it should be.
 */
export type State =
  | { readonly kind: "waiting_for_confirmation" }
  | {
    readonly kind: "disconnecting";
    readonly left: number;
    /** Null: nothing is in the way. */
    readonly waits_for: "provider" | "quota" | null;
    readonly next_try_at: string | null;
  }
  | { readonly kind: "reconnect_needed" }
  | { readonly kind: "permission_withdrawn" }
  | { readonly kind: "admin_consent_needed"; readonly admin_consent_url: string | null }
  | { readonly kind: "calendar_missing" }
  | { readonly kind: "mass_deletion"; readonly deletions: number; readonly events: number }
  | { readonly kind: "mass_edit"; readonly edits: number; readonly events: number }
  | { readonly kind: "blocked_by_policy" }
  | { readonly kind: "mailbox_unavailable" }
  | { readonly kind: "paused" }
  /** Only an administrator can end it. `reason`: in the administrator's words, without the full stop; empty: none was given. */
  | { readonly kind: "paused_by_admin"; readonly reason: string }
  | { readonly kind: "switched_off" }
  | { readonly kind: "configuration" }
  | { readonly kind: "provider_down"; readonly next_try_at: string | null }
  | { readonly kind: "quota"; readonly next_try_at: string | null }
  | { readonly kind: "syncing"; readonly done: number; readonly total: number }
  | { readonly kind: "has_problems"; readonly failed: number }
  | { readonly kind: "up_to_date" };

/** What events that are to be removed may wait for, by the code of the error. */
const WAITS: Readonly<Record<string, "provider" | "quota">> = {
  provider_unavailable: "provider",
  quota: "quota",
};

export function stateOf(integration: Integration): State {
  const { status } = integration;
  switch (status) {
    case "pending_confirmation":
      return { kind: "waiting_for_confirmation" };
    case "disconnecting":
      return {
        kind: "disconnecting",
        left: integration.events,
        waits_for: WAITS[integration.last_error?.code ?? ""] ?? null,
        next_try_at: integration.last_error?.details?.next_try_at ?? null,
      };
    case "disconnected":
      return stateOfDisconnected(integration);
    case "paused":
      return stateOfPaused(integration);
    case "active":
      return stateOfActive(integration);
  }
}

/** Whether what is shown may be different in a moment, so that it is worth asking again. */
export function isBusy(integration: Integration): boolean {
  if (integration.status === "disconnecting" || integration.status === "pending_confirmation") return true;
  return integration.status === "active" && integration.sync_enabled && integration.progress.pending > 0;
}

function stateOfDisconnected({ last_error }: Integration): State {
  switch (last_error?.code) {
    case "scope_missing":
      return { kind: "permission_withdrawn" };
    case "admin_consent_required":
      return {
        kind: "admin_consent_needed",
        admin_consent_url: last_error.details?.admin_consent_url ?? null,
      };
    default:
      return { kind: "reconnect_needed" };
  }
}

function stateOfPaused(integration: Integration): State {
  const { last_error } = integration;
  switch (last_error?.code) {
    case "calendar_missing":
    case "blocked_by_policy":
    case "mailbox_unavailable":
      return { kind: last_error.code };
    case "mass_deletion":
      return {
        kind: "mass_deletion",
        deletions: last_error.details?.deletions ?? 0,
        events: last_error.details?.events ?? 0,
      };
    case "mass_edit": {
      const { moves = 0, deletions = 0, events = 0 } = last_error.details ?? {};
      return { kind: "mass_edit", edits: moves + deletions, events };
    }
    case "admin_consent_required":
    case "scope_missing":
    case "invalid_grant":
    case "secret_unreadable":
      return stateOfDisconnected(integration);
    case "configuration":
      return { kind: "paused_by_admin", reason: (last_error.details?.reason ?? "").replace(/[\s.]+$/, "") };
    default:
      return { kind: "paused" };
  }
}

function stateOfActive({ sync_enabled, last_error, progress }: Integration): State {
  if (!sync_enabled) return { kind: "switched_off" };
  switch (last_error?.code) {
    case "configuration":
      return { kind: "configuration" };
    case "provider_unavailable":
      return { kind: "provider_down", next_try_at: last_error.details?.next_try_at ?? null };
    case "quota":
      return { kind: "quota", next_try_at: last_error.details?.next_try_at ?? null };
  }
  const { pending, synced, failed } = progress;
  if (pending > 0) return { kind: "syncing", done: synced, total: synced + pending };
  return failed > 0 ? { kind: "has_problems", failed } : { kind: "up_to_date" };
}
