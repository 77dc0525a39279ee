import { z } from "zod";
import { decideEdit, type EditDecision } from "../domain/edits.ts";
import type { EventNews } from "../domain/seen-event.ts";
import { addToSummary } from "../platform/log-scope.ts";
import {
  type CalendarAnswer,
  type CalendarNews,
  type Change,
  outcomesOf,
} from "../providers/calendar-client.ts";
import { createCallBudget } from "../providers/call-budget.ts";
import type { Outcome } from "../providers/outcome.ts";
import { type Absence, confirmAbsences } from "./confirm-absences.ts";
import { countPull } from "./count-sync.ts";
import { editRow } from "./edit-rows.ts";
import { knownEvent } from "./known-event.ts";
import { dueOf, KnownEdit, KnownMapping, type Lane } from "./lane.ts";
import type { LaneContext } from "./lane-context.ts";
import { doneRow, retryRow } from "./outcome-rows.ts";
import { type BatchFacts, recordBatch, withoutToken } from "./record-batch.ts";
import type { RecordedEdit, RecordedOutcome } from "./recorded.ts";
import { type LaneVerdict, laneVerdict } from "./verdict.ts";
import { withToken } from "./with-token.ts";
import { READ_FOR_MS } from "./work-budget.ts";

const KnownEvent = z.object({
  event_id: z.string(),
  is_missing: z.boolean(),
  obligation_id: z.string(),
  mapping: KnownMapping.nullable(),
  synced_at: z.string().nullable(),
  deadline: z.object({
    deadline_date: z.string().nullable(),
    deadline_at: z.string().nullable(),
    time_zone: z.string().nullable(),
  }).nullable(),
  attempted: z.enum(["nothing", "the_same", "anything"]),
  edit: KnownEdit,
});
type KnownEvent = z.infer<typeof KnownEvent>;

/** What was read and done; null: the lease was lost before anything was done. */
type Pulled = {
  readonly news: CalendarNews;
  readonly edits: readonly RecordedEdit[];
  /** Of the removals of events that an original took the place of. */
  readonly outcomes: readonly (Outcome | null)[];
  /** Whether all of these are gone, and with them everything is told. */
  readonly is_all: boolean;
} | null;

/**
 * Reads what changed in a calendar and records what its user did to events of ours. Interrupted anywhere, the next pull reads the same
 * again and comes to the same.
 *
 * @param signal aborted when the lease is lost
 */
export async function pullChanges(lane: Lane, context: LaneContext, signal: AbortSignal): Promise<void> {
  const calendar_id = lane.calendar?.id ?? "";
  const budget = createCallBudget(lane.calls, READ_FOR_MS);
  const record = async (
    rows: readonly RecordedOutcome[],
    verdict: LaneVerdict,
    result: Parameters<typeof countPull>[1],
    found: Pick<BatchFacts, "edits" | "pulled"> = {},
  ) => {
    const recorded = await recordBatch(lane, rows, verdict, { calls_made: budget.used, ...found }, context);
    countPull(lane, recorded ? result : "lease_lost");
  };
  const pulled = await withToken(lane, context, async (access_token): Promise<CalendarAnswer<Pulled>> => {
    const client = context.clientFor(lane, access_token, budget);
    const listed = await client.listChanges(calendar_id, lane.cursor, signal);
    if (listed.kind !== "done") return listed;
    const known = await context.rpc("calendar_known_events", {
      p_worker: context.worker_id,
      p_integration_id: lane.integration_id,
      p_calendar_id: calendar_id,
      p_news: listed.value.news.map(newsRow),
      p_is_complete: listed.value.is_complete,
    }, z.array(KnownEvent).nullable());
    if (known === null) return { kind: "done", value: null };
    const confirmed = await confirmAbsences(
      absencesIn(known),
      (event_ids) => client.findEvents(calendar_id, event_ids, signal),
    );
    if (confirmed.kind !== "done") return confirmed;
    const { news: found, is_partial } = confirmed.value;
    const told = is_partial ? known.filter((each) => !isAbsence(each) || found.has(each.event_id)) : known;
    const decided = decideAll([...listed.value.news, ...found.values()], told);
    const copies = copiesOf(decided);
    const removals = copies.map(({ event_id }): Change => ({ kind: "delete", calendar_id, event_id }));
    const outcomes = outcomesOf(await client.applyChanges(removals, signal));
    // An original counts as back once its copy is gone: what the calls did not suffice for is read once more.
    const waiting = new Set(
      copies.filter((_, index) => !isRemoved(outcomes[index])).map(({ obligation_id }) => obligation_id),
    );
    const edits = rowsOf(decided.filter(({ known }) => !waiting.has(known.obligation_id)));
    // What is not known yet shows in the next complete listing.
    const news = is_partial ? { ...listed.value, cursor: null } : listed.value;
    return { kind: "done", value: { news, edits, outcomes, is_all: waiting.size === 0 } };
  });

  if (pulled.kind === "without_token") {
    const row = retryRow(lane, `token_${pulled.token.kind}`);
    await record([row], withoutToken(lane, pulled.token), "without_token");
  } else if (pulled.kind !== "done") {
    await record([retryRow(lane, pulled.kind)], laneVerdict([pulled], lane.attempts), "failed");
  } else if (pulled.value === null) {
    countPull(lane, "lease_lost");
  } else {
    const { news, edits, outcomes, is_all } = pulled.value;
    const verdict = laneVerdict(outcomes, lane.attempts);
    addToSummary({ events: news.news.length, edits: edits.length });
    if (is_all) {
      await record([doneRow(lane)], verdict, "read", { edits, pulled: { cursor: news.cursor } });
    } else {
      const run_in_ms = outcomes.some(isRemoved) ? 0 : undefined;
      await record([retryRow(lane, "not_removed", run_in_ms)], verdict, "not_removed", { edits });
      addToSummary({ success: false });
    }
  }
}

function isRemoved(outcome: Outcome | null | undefined): boolean {
  return outcome?.kind === "gone" || outcome?.kind === "rejected";
}

function newsRow(news: EventNews) {
  return news.kind === "gone"
    ? { event_id: news.event_id, etag: null, is_gone: true }
    : { event_id: news.event.event_id, etag: news.event.etag, is_gone: false };
}

/** Whether a listing lacks an event that we take for being there: whether it is gone, its provider has to say. */
function isAbsence(known: KnownEvent): boolean {
  if (!known.is_missing) return false;
  const { kind } = decideEdit({ kind: "gone", event_id: known.event_id }, factsOf(known));
  return kind === "deleted" || kind === "overtaken";
}

function absencesIn(known: readonly KnownEvent[]): readonly Absence[] {
  return known.filter(isAbsence).map(({ event_id, synced_at }) => ({ event_id, synced_at }));
}

interface Decided {
  readonly known: KnownEvent;
  readonly decision: EditDecision;
  /** The event that we know to stand for the obligation is gone. */
  readonly is_gone: boolean;
}

/** One decision for each event that is known and not as we wrote it. */
function decideAll(news: readonly EventNews[], known: readonly KnownEvent[]): readonly Decided[] {
  // Of an event that is listed twice the last is the newest.
  const by_event = new Map(
    news.map((each) => [each.kind === "gone" ? each.event_id : each.event.event_id, each]),
  );
  return known.map((each) => {
    const its_news = by_event.get(each.event_id) ?? { kind: "gone", event_id: each.event_id } as const;
    const is_gone = by_event.get(each.mapping?.external_event_id ?? "")?.kind === "gone";
    return { known: each, decision: decideEdit(its_news, factsOf(each)), is_gone };
  });
}

function factsOf({ mapping, deadline, attempted, edit }: KnownEvent) {
  return knownEvent(mapping, deadline && dueOf(deadline), edit, attempted);
}

/** Events that we made in the place of originals that are back, and that stand beside these. */
function copiesOf(decided: readonly Decided[]): readonly Pick<KnownEvent, "obligation_id" | "event_id">[] {
  return decided.flatMap(({ known: { mapping, obligation_id }, decision, is_gone }) =>
    decision.kind === "returned" && mapping !== null && !is_gone &&
      mapping.external_event_id !== decision.event.event_id
      ? [{ obligation_id, event_id: mapping.external_event_id }]
      : []
  );
}

/** What is recorded: one row an obligation. Where an original is back, what became of its copy is no news. */
function rowsOf(decided: readonly Decided[]): readonly RecordedEdit[] {
  const returned = new Set(
    decided.filter(({ decision }) => decision.kind === "returned").map(({ known }) => known.obligation_id),
  );
  return decided.flatMap(({ known: { obligation_id }, decision }) => {
    if (returned.has(obligation_id) && decision.kind !== "returned") return [];
    const row = editRow(obligation_id, decision);
    return row === null ? [] : [row];
  });
}
