import { startOutlookEmulator } from "../local/providers/outlook/server.ts";
import { outcomesOf } from "../supabase/functions/_shared/providers/calendar-client.ts";
import { randomToken } from "../local/providers/observed-state.ts";
import { createCallBudget } from "../supabase/functions/_shared/providers/call-budget.ts";
import {
  createOutlookClient,
  SINGLY,
  TOGETHER,
  type Transport,
} from "../supabase/functions/_shared/providers/outlook/client.ts";
import { type Row, seconds, timed } from "./table.ts";

const EVENTS = 200;
const ACCOUNT = "ada@example.com";

/** What 100 ms may be made of: time on the way, paid by request, and time at work, paid by call. */
const SHARES = [
  { network_ms: 0, work_ms: 100 },
  { network_ms: 30, work_ms: 70 },
] as const;

/** Graph's `$batch` of twenty against three and four calls side by side; what a mailbox allows is enforced. */
export async function graphTransport(): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const { network_ms, work_ms } of SHARES) {
    const batch_ms = await createAll(TOGETHER, [
      { match: { path: "/events" }, kind: "latency", latency_ms: work_ms },
      { match: { path: "batch$" }, kind: "latency", latency_ms: network_ms },
    ]);
    for (const groups_at_once of [3, 4]) {
      const single_ms = await createAll({ ...SINGLY, groups_at_once }, [
        { match: { path: "/events" }, kind: "latency", latency_ms: network_ms + work_ms },
      ]);
      rows.push([
        `Graph $batch, ${network_ms} + ${work_ms} ms`,
        `${(single_ms / batch_ms).toFixed(2)} ×`,
        `as fast as ${groups_at_once} calls side by side: ${EVENTS} events in ${seconds(batch_ms)} for ${
          seconds(single_ms)
        }`,
      ]);
    }
  }
  return rows;
}

async function createAll(
  transport: Transport,
  faults: Parameters<Awaited<ReturnType<typeof startOutlookEmulator>>["faults"]["set"]>[0],
): Promise<number> {
  const outlook = await startOutlookEmulator({ client: { id: "bench", secret: "bench", redirect_uris: [] } });
  try {
    const { state } = outlook;
    const account = state.accounts.get(ACCOUNT);
    if (!account) throw new Error("There is no such account.");
    const access_token = randomToken("eyJ0");
    state.accessTokens.set(access_token, { account, scopes: ["Calendars.ReadWrite"], expires_at: Infinity });
    const client = createOutlookClient({
      graph_url: outlook.graph_url,
      access_token,
      owner: "bench",
      calendar: { id: "primary", role: "primary" },
      budget: createCallBudget(Infinity),
      transport,
    });
    outlook.faults.set(faults);
    const changes = Array.from({ length: EVENTS }, (_, n) => ({
      kind: "create",
      calendar_id: "primary",
      event: {
        obligation_id: crypto.randomUUID(),
        title: `Bench ${n}`,
        description: "",
        time: { kind: "all_day", start_date: "2027-01-01", end_date: "2027-01-02" },
        url: null,
        completed: false,
        reminders_minutes: [],
      },
    } as const));
    let done = 0;
    const took_ms = await timed(async () => {
      const outcomes = outcomesOf(await client.applyChanges(changes, new AbortController().signal));
      done = outcomes.filter((outcome) => outcome?.kind === "done").length;
    });
    if (done !== EVENTS || state.quota_violations.length > 0) {
      throw new Error(`${done} of ${EVENTS} events, ${state.quota_violations.length} refusals`);
    }
    return took_ms;
  } finally {
    await outlook.close();
  }
}
