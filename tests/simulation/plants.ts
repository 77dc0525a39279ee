import type { Sql } from "postgres";
import { z } from "zod";
import type { Rpc } from "../../supabase/functions/_shared/platform/rpc.ts";

/** Bugs that the simulation has to find, else it is worth nothing. */
export const PLANTS = ["version", "lookup", "lease", "absorb", "import"] as const;
export type Plant = (typeof PLANTS)[number];

interface Replacement {
  readonly function: string;
  readonly sound: string;
  readonly broken: string;
}

const ABSORB = "calendar_sync.absorb_changes(integer)";

const REPLACEMENTS: Readonly<Record<Exclude<Plant, "lookup">, readonly Replacement[]>> = {
  // A change of a job that is being worked is recorded as done.
  version: [
    { function: ABSORB, sound: "where idle.leased_by is null or idle.leased_until <= now()", broken: "" },
    {
      function: "calendar_sync.record_jobs(public.calendar_integrations, calendar_sync.outcome[])",
      sound: "job.version = o.version as is_current",
      broken: "true as is_current",
    },
  ],
  lease: [{
    function: "public.calendar_record(uuid, uuid, jsonb, jsonb)",
    sound: "and leased_by = p_worker and coalesce(lease = v_batch.lease, true)",
    broken: "",
  }],
  // Changes of lanes that are being worked go with those that were absorbed.
  absorb: [
    {
      function: ABSORB,
      sound:
        "delete from calendar_sync.changes as change where change.integration_id = any (v_lanes) returning change.*",
      broken: "delete from calendar_sync.changes as change returning change.*",
    },
    {
      function: ABSORB,
      sound: "from absorbed as each where each.kind not in",
      broken: "from absorbed as each where each.integration_id = any (v_lanes) and each.kind not in",
    },
  ],
  // A calendar that is connected during an import is scanned once, without what is not committed yet.
  import: [{
    function: "calendar_sync.integration_changed()",
    sound: "append_changes(array[new.id], 'listen', 0)",
    broken: "append_changes(array[new.id], 'scan', 0)",
  }],
};

/**
 * Plants a bug in a database.
 *
 * @returns what breaks the functions' side of it
 * @throws Error where the text to replace is not there (any more)
 */
export async function plant(sql: Sql, which: Plant | null): Promise<(rpc: Rpc) => Rpc> {
  if (which === null) return (rpc) => rpc;
  if (which === "lookup") return forgetful;
  for (const { function: name, sound, broken } of REPLACEMENTS[which]) {
    const [row] = await sql<{ source: string }[]>`
      select pg_get_functiondef(${name}::regprocedure) as source`;
    const parts = row?.source.split(sound) ?? [];
    if (parts.length !== 2) {
      throw new Error(`${name} does not say "${sound}" once; mend tests/simulation/plants.ts`);
    }
    await sql.unsafe(parts.join(broken));
  }
  return (rpc) => rpc;
}

const AnyLanes = z.looseObject({
  lanes: z.array(z.looseObject({ jobs: z.array(z.looseObject({ attempted_in: z.array(z.string()) })) })),
});

/** A worker that does not know where an earlier attempt may have left something. */
function forgetful(rpc: Rpc): Rpc {
  return async (name, args, schema) => {
    if (name !== "calendar_claim") return await rpc(name, args, schema);
    const { lanes, ...others } = await rpc(name, args, AnyLanes);
    return schema.parse({
      ...others,
      lanes: lanes.map((lane) => ({
        ...lane,
        jobs: lane.jobs.map((job) => ({ ...job, attempted_in: [] })),
      })),
    });
  };
}
