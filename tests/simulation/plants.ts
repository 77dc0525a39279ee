import type { Sql } from "postgres";
import { z } from "zod";
import type { Rpc } from "../../supabase/functions/_shared/platform/rpc.ts";

/** Bugs that the simulation has to find, else it is worth nothing. */
export const PLANTS = ["version", "lookup", "lease"] as const;
export type Plant = (typeof PLANTS)[number];

const REPLACEMENTS = {
  version: {
    function: "calendar_sync.record_jobs(public.calendar_integrations, calendar_sync.outcome[])",
    sound: "job.version = o.version as is_current",
    broken: "true as is_current",
  },
  lease: {
    function: "public.calendar_record(uuid, uuid, jsonb, jsonb)",
    sound: "and leased_by = p_worker and coalesce(lease = v_batch.lease, true)",
    broken: "",
  },
} as const;

/**
 * Plants a bug in a database.
 *
 * @returns what breaks the functions' side of it
 * @throws Error where the text to replace is not there (any more)
 */
export async function plant(sql: Sql, which: Plant | null): Promise<(rpc: Rpc) => Rpc> {
  if (which === null) return (rpc) => rpc;
  if (which === "lookup") return forgetful;
  const { function: name, sound, broken } = REPLACEMENTS[which];
  const [row] = await sql<{ source: string }[]>`
    select pg_get_functiondef(${name}::regprocedure) as source`;
  const parts = row?.source.split(sound) ?? [];
  if (parts.length !== 2) {
    throw new Error(`${name} does not say "${sound}" once; mend tests/simulation/plants.ts`);
  }
  await sql.unsafe(parts.join(broken));
  return (rpc) => rpc;
}

const AnyLanes = z.array(
  z.looseObject({ jobs: z.array(z.looseObject({ attempted_in: z.array(z.string()) })) }),
);

/** A worker that does not know where an earlier attempt may have left something. */
function forgetful(rpc: Rpc): Rpc {
  return async (name, args, schema) => {
    if (name !== "calendar_claim") return await rpc(name, args, schema);
    const lanes = await rpc(name, args, AnyLanes);
    return schema.parse(
      lanes.map((lane) => ({ ...lane, jobs: lane.jobs.map((job) => ({ ...job, attempted_in: [] })) })),
    );
  };
}
