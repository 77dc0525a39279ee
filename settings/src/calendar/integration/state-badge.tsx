import { useSurroundings } from "../../context.ts";
import type { Tone } from "../../ui/notice.tsx";
import type { State } from "../state.ts";

const TONES: Readonly<Record<State["kind"], Tone>> = {
  waiting_for_confirmation: "info",
  up_to_date: "good",
  syncing: "info",
  has_problems: "warning",
  switched_off: "quiet",
  reconnect_needed: "bad",
  permission_withdrawn: "bad",
  admin_consent_needed: "bad",
  blocked_by_policy: "warning",
  mailbox_unavailable: "warning",
  calendar_missing: "bad",
  mass_deletion: "bad",
  mass_edit: "bad",
  provider_down: "warning",
  quota: "warning",
  configuration: "warning",
  paused: "warning",
  paused_by_admin: "warning",
  disconnecting: "quiet",
};

export function toneOf({ kind }: State): Tone {
  return TONES[kind];
}

/** The state in one or two words. */
export function StateBadge({ state }: { readonly state: State }) {
  const { strings } = useSurroundings();
  return (
    <span className={`ec-badge ec-tone-${toneOf(state)}`}>
      <span className="ec-dot" aria-hidden="true" />
      {strings.states[state.kind].label}
    </span>
  );
}
