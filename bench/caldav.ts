import { startCalDavEmulator } from "../local/providers/caldav/server.ts";
import { calendarAt } from "../local/providers/caldav/state.ts";
import { createCallBudget } from "../supabase/functions/_shared/providers/call-budget.ts";
import { forgetPlaces } from "../supabase/functions/_shared/providers/caldav/places.ts";
import { newFile } from "../supabase/functions/_shared/providers/caldav/event-file.ts";
import { providerFor, typed } from "../tests/integration/providers/caldav/account.ts";
import { creations, events } from "../tests/integration/providers/event.ts";
import { ADA } from "../tests/support/subjects/subject.ts";
import { tsdavClient } from "./baselines/tsdav.ts";
import { atLeast, atMost, quantile, type Row, seconds, timed } from "./table.ts";

const EVENTS = 400;
const ROUNDS = 3;
/** So that everything is compiled and connected. */
const WARM_UP_EVENTS = 20;
/** Of every request. */
const LATENCY_MS = 50;
/** What our client has under way at a time, and so tsdav too. */
const AT_ONCE = 2;
const NEW = { description: "", time_zone: "UTC" };

/**
 * The first sync of an account on a CalDAV server, by our client and by tsdav with one PUT an event, in turns. Each begins with
 * what is stored of an account, and looks up what else it has to know.
 */
export async function caldav(): Promise<readonly Row[]> {
  const emulator = await startCalDavEmulator();
  const provider = providerFor(emulator.url);
  const { state } = emulator;
  try {
    const checked = await provider.connector.check(typed(emulator.url));
    if (checked.kind !== "connected") throw new Error("The emulator does not let us in.");
    const { credentials } = checked;
    const clientOf = (owner: string, id: string | null) =>
      provider.createClient({
        credentials,
        owner,
        calendar: id === null ? null : { id, role: "own" },
        budget: createCallBudget(Infinity),
      });
    const newCalendar = async () => {
      const owner = crypto.randomUUID();
      const made = await clientOf(owner, null).createCalendar({ ...NEW, name: owner });
      if (made.kind !== "done") throw new Error("The emulator makes no calendar.");
      state.requests = [];
      return { id: made.value.id, client: clientOf(owner, made.value.id) };
    };
    const holds = (id: string) => calendarAt(state, id)?.calendar.files.size;

    emulator.faults.set([{ kind: "latency", latency_ms: LATENCY_MS, match: {} }]);
    const [ours, theirs]: [number[], number[]] = [[], []];
    let requests = { ours: 0, theirs: 0 };
    for (let round = 0; round <= ROUNDS; round++) {
      const count = round === 0 ? WARM_UP_EVENTS : EVENTS;
      const own = await newCalendar();
      forgetPlaces({ credentials });
      const own_ms = await timed(() =>
        own.client.applyChanges(creations(own.id, events(count)), new AbortController().signal)
      );
      if (holds(own.id) !== count) throw new Error("Our client did not write everything.");
      const made = state.requests.length;

      const other = await newCalendar();
      const other_ms = await timed(async () => {
        const write = await tsdavClient(emulator.url, ADA, other.id);
        await write(filesOf(events(count)), AT_ONCE);
      });
      if (holds(other.id) !== count) throw new Error("tsdav did not write everything.");
      requests = { ours: made, theirs: state.requests.length };
      if (round === 0) continue;
      ours.push(own_ms);
      theirs.push(other_ms);
    }
    const [own_ms, other_ms] = [quantile(ours, 0.5), quantile(theirs, 0.5)];
    const speed = other_ms / own_ms;
    return [
      [
        `caldav: first ${EVENTS} events`,
        `${speed.toFixed(2)} ×`,
        `as fast as tsdav with ${AT_ONCE} in parallel, ${LATENCY_MS} ms a request: ${seconds(own_ms)} for ${
          seconds(other_ms)
        }`,
        atLeast(speed, 1, " ×"),
      ],
      [
        "caldav: requests an event",
        (requests.ours / EVENTS).toFixed(3),
        `${requests.ours} for ${EVENTS} events, discovery included; tsdav: ${requests.theirs}`,
        atMost(requests.ours / EVENTS, 1.05, ""),
      ],
    ];
  } finally {
    provider.close();
    await emulator.close();
  }
}

/** In our own words, so that both send the same. */
function filesOf(list: ReturnType<typeof events>): ReadonlyMap<string, string> {
  return new Map(
    list.map((event) => [
      `${event.obligation_id}.ics`,
      newFile(event, event.obligation_id, new Date()),
    ]),
  );
}
