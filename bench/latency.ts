import type { Scene } from "../tests/support/scene.ts";
import { IDLE_MS, quantile, type Row } from "./table.ts";

const ROUNDS = 30;

/** How soon a change of one obligation reaches the calendar when nothing was going on before. */
export async function latency(
  { sql, events }: Scene,
  user: { readonly id: string; readonly calendar_id: string },
): Promise<readonly Row[]> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
    await sql`insert into public.obligations (user_id, title, deadline_date) values (${user.id}, ${`Round ${round}`}, '2027-01-01')`;
    const committed_at = performance.now();
    while (events(user.calendar_id).length <= round) await new Promise((resolve) => setTimeout(resolve, 1));
    times.push(performance.now() - committed_at);
  }
  return [0.5, 0.95].map((q) => [
    `commit to event from idle, p${q * 100}`,
    `${quantile(times, q).toFixed(0)} ms`,
    `of ${ROUNDS}`,
  ]);
}
