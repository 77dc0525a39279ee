import { z } from "zod";
import type { EditStory } from "./edit-log.ts";
import type { World } from "./world.ts";

const Period = z.object({
  due: z.string().nullable(),
  in_calendar: z.boolean(),
  reason: z.string().nullable(),
  is_open: z.boolean(),
});
const Noted = z.object({ action: z.string(), due: z.string().nullable() });

/** How an obligation stands in a calendar in the end. */
interface Shown {
  readonly story: EditStory;
  /** Where its event is; null: there is none. */
  readonly shows: string | number | null;
  /** That is elsewhere than its deadline. */
  readonly is_moved: boolean;
  /** Its user deleted the event twice. */
  readonly is_hidden: boolean;
  /** Days that were proposed. */
  readonly proposed: readonly string[];
}

/** Where the evidence says something else than what stood in the calendar. */
export async function evidenceProblems(
  { sql }: World,
  integration_id: string,
  obligation_id: string,
  { story, shows, is_moved, is_hidden, proposed }: Shown,
): Promise<readonly string[]> {
  const periods = z.array(Period).parse(
    await sql`select due, in_calendar, reason, until_at is null as is_open from calendar_sync.history
      where integration_id = ${integration_id} and obligation_id = ${obligation_id} order by from_at, id`,
  );
  const noted = z.array(Noted).parse(
    await sql`select action, due from calendar_sync.activity
      where integration_id = ${integration_id} and obligation_id = ${obligation_id} and action like '%_by_user'`,
  );
  const problems: string[] = [];
  const report = (is_wrong: boolean, problem: string) => {
    if (is_wrong) problems.push(`the evidence ${problem}`);
  };
  const [now, ...others] = periods.filter(({ is_open }) => is_open);
  report(others.length > 0, "has more than one open period");
  if (shows === null) {
    report(
      (now?.reason === "hidden_by_user") !== is_hidden,
      `ends with ${now?.reason ?? "nothing"} where nothing stands`,
    );
    report(now?.in_calendar ?? false, "says that it stands there");
  } else {
    report(
      now?.in_calendar !== true || !isAt(now.due, shows),
      `ends with ${now?.due ?? "nothing"}, and it is at ${shows}`,
    );
    report(
      (now?.reason === "moved_by_user") !== is_moved,
      `ends with ${now?.reason ?? "no reason"} at ${shows}`,
    );
  }
  const moves = noted.filter(({ action }) => action === "moved_by_user").map(({ due }) => due ?? "");
  report(
    moves.some((day) => !story.days.includes(day)),
    `has moves to ${moves}, which were to ${story.days}`,
  );
  // What was deleted where its user had moved it, and is put back, stands there once more.
  report(moves.length - new Set(moves).size > story.put_backs, `has a move twice: ${moves}`);
  const moved_to = new Set(periods.filter(({ reason }) => reason === "moved_by_user").map(({ due }) => due));
  for (const day of proposed) {
    report(!moves.includes(day) || !moved_to.has(day), `has no move to ${day}`);
  }
  report(
    [...moved_to].some((day) => !moves.includes(day ?? "")),
    `has periods on ${[...moved_to]}, moves to ${moves}`,
  );
  // Nobody here moves an event to its deadline.
  report(noted.some(({ action }) => action === "moved_back_by_user"), "has it moved back");
  const returns = noted.filter(({ action }) => action === "returned_by_user").length;
  report(returns > story.put_backs, `has ${returns} returns of ${story.put_backs}`);
  const deletions =
    noted.filter(({ action }) => action === "deleted_by_user" || action === "hidden_by_user").length;
  report(deletions > story.deletions, `has ${deletions} deletions of ${story.deletions}`);
  report(story.seen_deletions > 0 && deletions === 0, "has no deletion");
  return problems;
}

/** @param due a date, or an instant */
function isAt(due: string | null, start: string | number): boolean {
  if (due === null) return false;
  return typeof start === "string" ? due === start : Date.parse(due) === start;
}
