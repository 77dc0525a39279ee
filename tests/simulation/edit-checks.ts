import { z } from "zod";
import type { CalendarEdits } from "../../supabase/functions/_shared/domain/calendar-edits.ts";
import type { EditLog, EditStory } from "./edit-log.ts";
import { overwritesUnseen } from "./edit-moves.ts";
import { evidenceProblems } from "./evidence-checks.ts";
import { dateOf, expectedEvent, instantOf } from "./model.ts";
import type { World } from "./world.ts";

const Row = z.object({
  obligation_id: z.string(),
  is_hidden: z.boolean(),
  /** Where we know it to stand although its deadline is elsewhere. */
  seen_day: z.string().nullable(),
  days: z.array(z.string()),
  open_days: z.array(z.string()),
  restored: z.number(),
  hidden: z.number(),
});
type Row = z.infer<typeof Row>;

/** What users did, and what we did about it, where these do not fit together. */
export async function editProblems(
  world: World,
  log: EditLog,
  modes: readonly CalendarEdits[],
): Promise<readonly string[]> {
  const problems: string[] = [...await obligationProblems(world)];
  for (const [index, { user, grants: { account, account_id } }] of world.accounts.entries()) {
    const integration = await world.integrationOf(index);
    if (integration === null) continue;
    const rows = z.array(Row).parse(
      await world.sql`
        select obligation.id as obligation_id, coalesce(edit.is_hidden, false) as is_hidden, edit.seen ->> 'start_date' as seen_day,
          array(select coalesce(seen ->> 'deadline_date', seen ->> 'deadline_at') from public.calendar_proposals as proposal
            where proposal.integration_id = ${integration.id} and proposal.obligation_id = obligation.id) as days,
          array(select seen ->> 'deadline_date' from public.calendar_proposals as proposal
            where proposal.integration_id = ${integration.id} and proposal.obligation_id = obligation.id
              and state = 'open') as open_days,
          (select count(*)::int from calendar_sync.notices as notice where notice.integration_id = ${integration.id}
            and notice.obligation_id = obligation.id and kind = 'deadline_restored') as restored,
          (select count(*)::int from calendar_sync.notices as notice where notice.integration_id = ${integration.id}
            and notice.obligation_id = obligation.id and kind = 'deadline_hidden' and ended_at is null) as hidden
        from public.obligations as obligation
        left join calendar_sync.edits as edit
          on edit.integration_id = ${integration.id} and edit.obligation_id = obligation.id`,
    );
    for (const row of rows) {
      const story = log.toldOf(index, row.obligation_id);
      const of = `obligation ${Number(row.obligation_id.slice(-12))} in ${account_id}`;
      const report = (is_wrong: boolean, problem: string) => {
        if (is_wrong) problems.push(`${of}: ${problem}`);
      };
      report(row.open_days.length > 1, `${row.open_days.length} open proposals`);
      report(
        row.days.some((day) => !story.days.includes(day)),
        `proposed ${row.days}, moved to ${story.days.join(",") || "nowhere"}`,
      );
      // What is put back where it had been moved to is asked about anew.
      report(
        row.days.length > story.days.length + story.put_backs,
        `${row.days.length} proposals of ${story.days.length} moves`,
      );
      report(row.restored > story.deletions, `told ${row.restored} times of ${story.deletions} deletions`);
      report(
        story.seen_deletions > 1 && !row.is_hidden,
        `shown again after ${story.seen_deletions} deletions`,
      );
      report(
        row.is_hidden && (story.deletions < 2 || row.hidden !== 1),
        `hidden after ${story.deletions} deletions, with ${row.hidden} notices`,
      );
      report(
        story.unseen_day !== null && !row.days.includes(story.unseen_day),
        `the move to ${story.unseen_day} is nowhere`,
      );
    }
    // What is not answered is asked again.
    if (!log.has_faults) problems.push(...writeProblems(log, index, account_id));
    const known = new Map(rows.map((row) => [row.obligation_id, row]));
    for (const obligation of world.model.obligations.values()) {
      const row = known.get(obligation.id);
      if (obligation.user !== user || row === undefined) continue;
      const expected = expectedEvent(obligation, integration.completed_events);
      const events = account.events.filter(({ obligation_id }) => obligation_id === obligation.id);
      const of = `obligation ${Number(obligation.id.slice(-12))} in ${account_id}`;
      const story = log.toldOf(index, obligation.id);
      const wanted = expected !== null && !row.is_hidden ? 1 : 0;
      if (events.length !== wanted) {
        problems.push(`${of}: ${events.length} events instead of ${wanted}`);
        continue;
      }
      const [event] = events;
      const evidence = await evidenceProblems(world, integration.id, obligation.id, {
        story,
        shows: event?.start ?? null,
        is_moved: event !== undefined && event.start !== expected?.start,
        is_hidden: row.is_hidden,
        proposed: row.days,
      });
      problems.push(...evidence.map((problem) => `${of}: ${problem}`));
      if (event === undefined || expected === null) continue;
      const may_lose = { overwrites_unseen: overwritesUnseen(world, index), has_faults: log.has_faults };
      if (!mayStandAt(event.start, expected.start, modes[index] ?? "restore", story, row, may_lose)) {
        problems.push(`${of}: at ${event.start} instead of ${expected.start}`);
      }
      if (event.title !== expected.title && !story.titles.includes(event.title)) {
        problems.push(`${of}: "${event.title}" instead of "${expected.title}"`);
      }
    }
    const copies = new Map(account.copies.map((copy) => [`${index} ${copy.event_id}`, copy]));
    for (const [key, made] of log.copies) {
      if (!key.startsWith(`${index} `)) continue;
      const now = copies.get(key);
      if (now === undefined || now.start !== made.start || now.title !== made.title) {
        problems.push(
          `in ${account_id} a copy of its user's was ${now === undefined ? "deleted" : "changed"}`,
        );
      }
    }
  }
  return problems;
}

/**
 * Whether an event may stand there. It stands on its deadline; and where its calendar leaves moves alone, where its user moved it last, as
 * we know and have asked about.
 *
 * @param options.overwrites_unseen whether the provider cannot refuse a write to a version that we do not know
 * @param options.has_faults whether calls meet faults
 */
function mayStandAt(
  start: string | number,
  legal: string | number,
  mode: CalendarEdits,
  { days, unseen_day, latest_day }: EditStory,
  { seen_day, open_days }: Row,
  { overwrites_unseen, has_faults }: { readonly overwrites_unseen: boolean; readonly has_faults: boolean },
): boolean {
  const has_to_stay = mode === "keep" ? unseen_day : mode === "ignore" ? latest_day : null;
  if (has_to_stay !== null) return start === has_to_stay;
  if (start === legal) return true;
  // Where a worker ends before it accepts a move, the next poll does, and there are none here.
  const leaves_moves = mode === "keep" || mode === "ignore" || mode === "accept" && has_faults;
  if (!leaves_moves || start !== seen_day) return false;
  // A write of ours may have met its last move, and put it back where we knew it to stand; so may one that takes over an event of which
  // it was not recorded that it was created.
  const was_moved_there = overwrites_unseen || has_faults ? days.includes(start) : days.at(-1) === start;
  return was_moved_there && open_days.includes(start);
}

/** A calendar is made. */
const WRITES_AT_FIRST = 1;
/** It is put back, and what was on its way met another version. */
const WRITES_A_MOVE = 2;
/**
 * What was on its way met it; it cannot be brought back by its id, and is made anew. Where it was hidden and is shown again, two more find
 * that its id cannot be used.
 */
const WRITES_A_DELETION = 5;
/** What was made anew goes, the original is brought up to date, and what was on its way met another version. */
const WRITES_A_RETURN = 3;

/** Nothing is written that nothing asked for: nobody fights with a user, or with itself. */
function writeProblems(log: EditLog, account: number, account_id: string): readonly string[] {
  const edits = log.storiesIn(account).reduce(
    (sum, { days, deletions, put_backs, titles }) =>
      sum + days.length * WRITES_A_MOVE + deletions * WRITES_A_DELETION + put_backs * WRITES_A_RETURN +
      // What was on its way met another version.
      titles.length,
    0,
  );
  const most = WRITES_AT_FIRST + log.changes + log.completions + edits;
  const writes = log.writes.get(account) ?? 0;
  return writes > most ? [`${writes} writes in ${account_id}, where ${most} were called for`] : [];
}

/** Obligations are what their host wrote and what was accepted: no calendar writes them by itself. */
async function obligationProblems({ sql, model }: World): Promise<readonly string[]> {
  const rows = z.array(z.object({ id: z.string(), title: z.string(), due: z.string().nullable() })).parse(
    await sql`select id, title, coalesce(deadline_date::text, (extract(epoch from deadline_at) * 1000)::bigint::text) as due
      from public.obligations`,
  );
  const found = new Map(rows.map((row) => [row.id, `${row.title} ${row.due}`]));
  return [...model.obligations.values()].flatMap((obligation) => {
    const due = obligation.due === "day"
      ? dateOf(obligation)
      : obligation.due === "instant"
      ? String(instantOf(obligation))
      : "null";
    return found.get(obligation.id) === `${obligation.title} ${due}`
      ? []
      : [`${obligation.id} is ${found.get(obligation.id)} and not ${obligation.title} ${due}`];
  });
}
