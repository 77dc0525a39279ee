import { z } from "zod";
import type { CalendarEdits } from "../../supabase/functions/_shared/domain/calendar-edits.ts";
import type { Rpc } from "../../supabase/functions/_shared/platform/rpc.ts";
import type { EditLog } from "./edit-log.ts";
import { overwritesUnseen } from "./edit-moves.ts";
import { dayOf } from "./model.ts";
import type { World } from "./world.ts";

const Asked = z.object({ p_proposal_id: z.string() });
const Accepted = z.object({
  obligation_id: z.string(),
  integration_id: z.string(),
  day: z.string().nullable(),
});

/**
 * Has the model follow the deadlines that a user moves by accepting in advance, and reports those that nobody moved there.
 *
 * @param worldOf the world, once it is there
 * @param problems where reports go
 */
export function followAccepts(
  rpc: Rpc,
  worldOf: () => World,
  modes: readonly CalendarEdits[],
  log: EditLog,
  problems: string[],
): Rpc {
  return async (name, args, schema) => {
    const answer = await rpc(name, args, schema);
    if (name !== "calendar_accept_edit" || answer !== true) return answer;
    const world = worldOf();
    const { model, sql } = world;
    const [row] = z.array(Accepted).parse(
      await sql`
        select proposal.obligation_id, proposal.integration_id, obligation.deadline_date::text as day
        from public.calendar_proposals as proposal join public.obligations as obligation on obligation.id = proposal.obligation_id
        where proposal.id = ${Asked.parse(args).p_proposal_id}`,
    );
    if (row === undefined) return answer;
    const { obligation_id, integration_id } = row;
    const place = [...model.obligations].find(([, { id }]) => id === obligation_id)?.[0];
    const known = place === undefined ? undefined : model.obligations.get(place);
    if (place === undefined || known === undefined || row.day === null) return answer;
    const ids = await Promise.all(
      world.accounts.keys().map(async (each) => (await world.integrationOf(each))?.id),
    );
    const account = ids.indexOf(integration_id);
    if (modes[account] !== "accept" || !log.storyOf(account, obligation_id).days.includes(row.day)) {
      problems.push(`${obligation_id} was moved to ${row.day}, and nobody asked for that`);
    }
    model.set(place, { ...known, due: "day", day: dayOf(row.day) });
    log.noteAccepted(obligation_id, row.day);
    log.noteChange(obligation_id, true, (each) => overwritesUnseen(world, each));
    return answer;
  };
}
