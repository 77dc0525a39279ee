import type { Sql } from "postgres";
import { z } from "zod";
import type { CalendarClient } from "../../supabase/functions/_shared/providers/calendar-client.ts";
import type { Rpc } from "../../supabase/functions/_shared/platform/rpc.ts";

/** Bugs that the simulation has to find, else it is worth nothing. */
export const PLANTS = [
  "version",
  "lookup",
  "lease",
  "absorb",
  "import",
  "echo",
  "unconditional",
  "key",
  "absence",
  "evidence",
  "rewriting",
  "hiding",
] as const;
export type Plant = (typeof PLANTS)[number];

/** Whether only histories of edits can meet it. */
export function needsEdits(plant: Plant): boolean {
  return ["echo", "unconditional", "key", "absence", "evidence", "rewriting", "hiding"].includes(plant);
}

interface Replacement {
  readonly function: string;
  readonly sound: string;
  readonly broken: string;
}

const ABSORB = "calendar_sync.absorb_changes(integer)";

const REPLACEMENTS: Readonly<Record<Plant, readonly Replacement[]>> = {
  lookup: [],
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
    function: "public.calendar_record(uuid, uuid, jsonb, jsonb, jsonb)",
    sound: "and leased_by = p_worker and coalesce(lease = v_batch.lease, true)",
    broken: "",
  }],
  // Changes of lanes that are being worked go with those that were absorbed.
  absorb: [
    {
      function: ABSORB,
      sound: "where waiting.integration_id = lane.id order by",
      broken: "order by",
    },
    {
      function: ABSORB,
      sound: "from absorbed as each where each.kind not in",
      broken: "from absorbed as each where each.integration_id = any (v_lanes) and each.kind not in",
    },
  ],
  // What we wrote ourselves is looked at as if its user had.
  echo: [{
    function: "public.calendar_known_events(uuid, uuid, text, jsonb, boolean)",
    sound: "news.etag = mapping.etag or news.etag = mapping.previous_etag) as is_echo",
    broken: "false) as is_echo",
  }],
  unconditional: [],
  // News of a calendar that come while it is read go with those that the reading began with.
  key: [
    {
      function: ABSORB,
      sound: "where idle.leased_by is null or idle.leased_until <= now()",
      broken: "",
    },
    {
      function: "calendar_sync.record_jobs(public.calendar_integrations, calendar_sync.outcome[])",
      sound: "and o.kind = 'done' and job.version = o.version",
      broken: "and o.kind = 'done'",
    },
  ],
  absence: [],
  // Of where events were moved nothing is kept.
  evidence: [{
    function: "calendar_sync.note_edits(public.calendar_integrations, calendar_sync.edit_now[], text)",
    sound: "edit.action in ('moved_by_user', 'moved_back_by_user', 'hidden_by_user')",
    broken: "edit.action in ('moved_back_by_user', 'hidden_by_user')",
  }],
  // Every version that is not known is written over, and what was written is not known.
  rewriting: [{
    function:
      "calendar_sync.record_edits(public.calendar_integrations, calendar_sync.edit_now[], text, text)",
    sound: "edit.kind = 'overtaken'\n  ));",
    broken: "edit.kind in ('overtaken', 'noise')\n  ));",
  }],
  // What is deleted again and again comes back each time.
  hiding: [{
    function: "calendar_sync.edits_now(public.calendar_integrations, jsonb)",
    sound: "when (known.edit).deletions > 0 and",
    broken: "when false and",
  }],
  // A calendar that is connected during an import is scanned once, without what is not committed yet.
  import: [{
    function: "calendar_sync.integration_changed()",
    sound: "append_changes(array[new.id], 'listen', 0)",
    broken: "append_changes(array[new.id], 'scan', 0)",
  }],
};

/** What breaks the functions' side of a planted bug. */
export interface Distortion {
  readonly distort: (rpc: Rpc) => Rpc;
  readonly distortClient: (client: CalendarClient) => CalendarClient;
}

const SOUND: Distortion = { distort: (rpc) => rpc, distortClient: (client) => client };

/**
 * Plants a bug in a database.
 *
 * @returns what breaks the functions' side of it
 * @throws Error where the text to replace is not there (any more)
 */
export async function plant(sql: Sql, which: Plant | null): Promise<Distortion> {
  if (which === null) return SOUND;
  for (const { function: name, sound, broken } of REPLACEMENTS[which]) {
    const [row] = await sql<{ source: string }[]>`
      select pg_get_functiondef(${name}::regprocedure) as source`;
    const parts = row?.source.split(sound) ?? [];
    if (parts.length !== 2) {
      throw new Error(`${name} does not say "${sound}" once; mend tests/simulation/plants.ts`);
    }
    await sql.unsafe(parts.join(broken));
  }
  switch (which) {
    case "lookup":
      return { ...SOUND, distort: forgetful };
    case "echo":
      return { ...SOUND, distort: withoutVersions };
    case "rewriting":
      return { ...SOUND, distort: withoutWritten };
    case "unconditional":
      return { ...SOUND, distortClient: overwriting };
    case "absence":
      return { ...SOUND, distortClient: unconfirming };
    default:
      return SOUND;
  }
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

const AnyEvents = z.array(z.looseObject({ mapping: z.looseObject({}).nullable() })).nullable();

/** Nobody remembers which versions of events are ours. */
function withoutVersions(rpc: Rpc): Rpc {
  return async (name, args, schema) => {
    if (name !== "calendar_known_events") return await rpc(name, args, schema);
    const known = await rpc(name, args, AnyEvents);
    return schema.parse(
      known?.map((event) => ({
        ...event,
        mapping: event.mapping && { ...event.mapping, etag: null, previous_etag: null },
      })) ?? null,
    );
  };
}

const AnyRecord = z.looseObject({ p_outcomes: z.array(z.looseObject({})) });

/** Nobody remembers which versions we wrote. */
function withoutWritten(rpc: Rpc): Rpc {
  return (name, args, schema) => {
    if (name !== "calendar_record") return rpc(name, args, schema);
    const { p_outcomes } = AnyRecord.parse(args);
    return rpc(name, {
      ...args,
      p_outcomes: p_outcomes.map((row) => ("etag" in row ? { ...row, etag: null } : row)),
    }, schema);
  };
}

/** Events are written, whatever their users made of them. */
function overwriting(client: CalendarClient): CalendarClient {
  return {
    ...client,
    applyChanges: (changes, signal) =>
      client.applyChanges(
        changes.map((change) => change.kind === "update" ? { ...change, etag: null } : change),
        signal,
      ),
  };
}

/** What a listing leaves out is gone. */
function unconfirming(client: CalendarClient): CalendarClient {
  return {
    ...client,
    findEvents: (_, event_ids) =>
      Promise.resolve({ kind: "done", value: event_ids.map((event_id) => ({ kind: "gone", event_id })) }),
  };
}
