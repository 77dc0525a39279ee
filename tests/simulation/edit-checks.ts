import { z } from "zod";
import type { EditLog } from "./edit-log.ts";
import { dateOf, expectedEvent, instantOf } from "./model.ts";
import { ACCOUNTS } from "./operations.ts";
import type { World } from "./world.ts";

const Row = z.object({
  obligation_id: z.string(),
  is_hidden: z.boolean(),
  days: z.array(z.string()),
  open: z.number(),
  restored: z.number(),
  hidden: z.number(),
  moved_periods: z.number(),
});

/** What users did, and what we did about it, where these do not fit together. */
export async function editProblems(world: World, log: EditLog): Promise<readonly string[]> {
  const problems: string[] = [...await obligationProblems(world)];
  for (const [index, { grants: { account, account_id } }] of world.accounts.entries()) {
    const integration = await world.integrationOf(index);
    if (integration === null) continue;
    const rows = z.array(Row).parse(
      await world.sql`
        select obligation.id as obligation_id, coalesce(edit.is_hidden, false) as is_hidden,
          array(select coalesce(seen ->> 'deadline_date', seen ->> 'deadline_at') from public.calendar_proposals as proposal
            where proposal.integration_id = ${integration.id} and proposal.obligation_id = obligation.id) as days,
          (select count(*)::int from public.calendar_proposals as proposal where proposal.integration_id = ${integration.id}
            and proposal.obligation_id = obligation.id and state = 'open') as open,
          (select count(*)::int from calendar_sync.notices as notice where notice.integration_id = ${integration.id}
            and notice.obligation_id = obligation.id and kind = 'deadline_restored') as restored,
          (select count(*)::int from calendar_sync.notices as notice where notice.integration_id = ${integration.id}
            and notice.obligation_id = obligation.id and kind = 'deadline_hidden' and ended_at is null) as hidden,
          (select count(*)::int from calendar_sync.history as period where period.integration_id = ${integration.id}
            and period.obligation_id = obligation.id and reason = 'moved_by_user') as moved_periods
        from public.obligations as obligation
        left join calendar_sync.edits as edit
          on edit.integration_id = ${integration.id} and edit.obligation_id = obligation.id`,
    );
    for (const row of rows) {
      const story = log.storyOf(index, row.obligation_id);
      const of = `obligation ${Number(row.obligation_id.slice(-12))} in ${account_id}`;
      const report = (is_wrong: boolean, problem: string) => {
        if (is_wrong) problems.push(`${of}: ${problem}`);
      };
      report(row.open > 1, `${row.open} open proposals`);
      report(
        row.days.some((day) => !story.days.includes(day)),
        `proposed ${row.days}, moved to ${story.days.join(",") || "nowhere"}`,
      );
      report(
        row.days.length > story.days.length,
        `${row.days.length} proposals of ${story.days.length} moves`,
      );
      report(
        row.moved_periods > story.days.length,
        `${row.moved_periods} periods of ${story.days.length} moves`,
      );
      report(row.restored > story.deletions, `told ${row.restored} times of ${story.deletions} deletions`);
      report(
        row.is_hidden && (story.deletions < 2 || row.hidden !== 1),
        `hidden after ${story.deletions} deletions, with ${row.hidden} notices`,
      );
      report(
        story.unseen_day !== null && !row.days.includes(story.unseen_day),
        `the move to ${story.unseen_day} is nowhere`,
      );
    }
    const hidden = new Set(
      rows.filter(({ is_hidden }) => is_hidden).map(({ obligation_id }) => obligation_id),
    );
    for (const obligation of world.model.obligations.values()) {
      if (obligation.user !== ACCOUNTS[index]?.user) continue;
      const expected = expectedEvent(obligation, integration.completed_events);
      const events = account.events.filter(({ obligation_id }) => obligation_id === obligation.id);
      const of = `obligation ${Number(obligation.id.slice(-12))} in ${account_id}`;
      const wanted = expected !== null && !hidden.has(obligation.id) ? 1 : 0;
      if (events.length !== wanted) {
        problems.push(`${of}: ${events.length} events instead of ${wanted}`);
        continue;
      }
      const [event] = events;
      if (event === undefined || expected === null) continue;
      if (event.start !== expected.start) {
        problems.push(`${of}: at ${event.start} instead of ${expected.start}`);
      }
      const { titles } = log.storyOf(index, obligation.id);
      if (event.title !== expected.title && !titles.includes(event.title)) {
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

/** Obligations are what their host wrote: no calendar writes them. */
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
