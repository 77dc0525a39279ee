import type { Engine, Integration } from "./engine.ts";

/** An integration whose calendar shows all that it is to show. */
export interface FullCalendar {
  readonly integration: Integration;
  /** Of the obligations that it shows. */
  readonly ids: readonly string[];
}

/** Makes an integration whose calendar shows so many obligations of a new user. */
export async function fullCalendar(engine: Engine, count: number): Promise<FullCalendar> {
  const integration = await engine.integration();
  const ids = await engine.insert(integration.user_id, count);
  await engine.settle();
  return { integration, ids };
}

/** How many events a calendar has. */
export async function countEvents({ sql }: Engine, { id }: Pick<Integration, "id">): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    select count(*)::int from public.calendar_event_mappings where integration_id = ${id}`;
  return row?.count ?? 0;
}
