import { decideEdit, type EditDecision, type KnownEvent } from "../domain/edits.ts";
import type { SeenEvent } from "../domain/seen-event.ts";
import type { Outcome } from "../providers/outcome.ts";
import { isUpdate, type Plan } from "../domain/plan.ts";
import { knownEvent } from "./known-event.ts";
import type { Job } from "./lane.ts";
import type { PlannedJob } from "./outcome-rows.ts";
import type { RecordedEdit } from "./recorded.ts";

/**
 * Whether an update was not written because its event is not in the version that we know. What its user did is recorded, and then the
 * event is written all the same.
 */
export function metEdit(plan: Plan, outcome: Outcome | null): boolean {
  return outcome?.kind === "edited" ||
    outcome?.kind === "gone" && plan.kind === "update" && plan.etag !== null;
}

/**
 * The edit that kept an update from being written, as it is recorded.
 *
 * @returns null: there was none
 */
export function editOfOutcome({ job, plan }: PlannedJob, outcome: Outcome | null): RecordedEdit | null {
  if (!metEdit(plan, outcome) || !isUpdate(plan)) return null;
  const { obligation_id } = job;
  if (outcome?.kind !== "edited") {
    const { event_id } = plan;
    const decision = decideEdit({ kind: "gone", event_id }, knownOfJob(job));
    return editRow(obligation_id, decision) ??
      editRow(obligation_id, { kind: "overtaken", event_id, event: null });
  }
  const { event } = outcome;
  const decision = decideEdit({ kind: "shown", event }, knownOfJob(job));
  return editRow(obligation_id, decision) ?? editRow(obligation_id, { kind: "noise", event });
}

function knownOfJob({ mapping, deadline, edit, attempted_in }: Job): KnownEvent {
  // Where a write without an outcome may have made anything else of it, no version is asked for.
  const attempted = attempted_in.length > 0 ? "the_same" : "nothing";
  return knownEvent(mapping, deadline && deadline.due, edit, attempted);
}

/** A decision as it is recorded; null: there is nothing to record. */
export function editRow(obligation_id: string, decision: EditDecision): RecordedEdit | null {
  switch (decision.kind) {
    case "not_ours":
    case "copy":
    case "echo":
      return null;
    case "deleted":
      return { ...GONE, kind: decision.kind, obligation_id, event_id: decision.event_id };
    case "known":
      return decision.event && seenRow(obligation_id, decision.kind, decision.event);
    case "overtaken":
      return decision.event === null
        ? { ...GONE, kind: decision.kind, obligation_id, event_id: decision.event_id }
        : seenRow(obligation_id, decision.kind, decision.event);
    case "converged":
      return { ...seenRow(obligation_id, decision.kind, decision.event), sent_time: decision.time };
    case "noise":
    case "series":
    case "moved":
    case "resized":
    case "returned":
      return seenRow(obligation_id, decision.kind, decision.event);
  }
}

function seenRow(
  obligation_id: string,
  kind: RecordedEdit["kind"],
  { event_id, etag, time, has_guests }: SeenEvent,
): RecordedEdit {
  return { kind, obligation_id, event_id, etag, seen: time, has_guests, sent_time: null };
}

const GONE = { etag: null, seen: null, has_guests: null, sent_time: null } as const;
