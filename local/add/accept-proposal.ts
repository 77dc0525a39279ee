import type { AdapterOptions } from "./options.ts";
import { quote, quoteTable } from "./sql-names.ts";

/** What the default table has for the columns of a host. */
const DEFAULT_TABLE: Pick<AdapterOptions, "table" | "id" | "date" | "at" | "time_zone"> = {
  table: "public.obligations",
  id: "id",
  date: "deadline_date",
  at: "deadline_at",
  time_zone: "time_zone",
};

/**
 * The function by which users move deadlines that they moved in a calendar, with their own rights. There is one for all tables.
 *
 * @param adapters of the host's tables
 * @param has_default_table whether the project has the default table too
 * @returns SQL
 */
export function acceptProposal(adapters: readonly AdapterOptions[], has_default_table: boolean): string {
  const tables = [...adapters, ...(has_default_table ? [DEFAULT_TABLE] : [])];
  return `-- Moves a deadline, as the signed-in user and with the user's rights. Without it nobody can accept a date that was moved in a calendar.
create or replace function calendar_sync.accept_proposal(obligation_id uuid, deadline_date date, deadline_at timestamptz, time_zone text)
returns boolean
language plpgsql volatile security invoker set search_path = ''
as $$
begin
${tables.map(updateOf).join("\n")}
  return false;
end;
$$;

comment on function calendar_sync.accept_proposal(uuid, date, timestamptz, text) is
  'Moves the deadline of an obligation, as the signed-in user. Exactly one of deadline_date and deadline_at is given. False: the user may not change it.';
revoke execute on function calendar_sync.accept_proposal(uuid, date, timestamptz, text) from public;
grant execute on function calendar_sync.accept_proposal(uuid, date, timestamptz, text) to authenticated;
`;
}

function updateOf({ table, id, date, at, time_zone }: typeof DEFAULT_TABLE): string {
  const values = [["deadline_date", date], ["deadline_at", at], ["time_zone", time_zone]] as const;
  const set = values.flatMap(([value, column]) =>
    column === null ? [] : [`${quote(column)} = accept_proposal.${value}`]
  );
  const can_hold = date !== null && at !== null
    ? ""
    : ` and accept_proposal.${date === null ? "deadline_at" : "deadline_date"} is not null`;
  return `  update ${quoteTable(table)} set ${set.join(", ")}
  where ${quote(id)} = accept_proposal.obligation_id${can_hold};
  if found then
    return true;
  end if;`;
}
