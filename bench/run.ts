// `npm run bench`: every measurement of docs/understand/performance.md, each a ratio within one run, on one machine, against the
// emulators. `npm run bench -- inserts claim` makes those two alone; `-- --full initial-sync` takes 24 minutes.
import { caldav } from "./caldav.ts";
import { claim } from "./claim.ts";
import { coldStart } from "./cold-start.ts";
import { deliveries } from "./deliveries.ts";
import { deployedSize } from "./deployed-size.ts";
import { graphTransport } from "./graph-transport.ts";
import { initialSync } from "./initial-sync.ts";
import { feeds } from "./feeds.ts";
import { growth } from "./growth.ts";
import { inserts } from "./inserts.ts";
import { keys } from "./keys.ts";
import { latency } from "./latency.ts";
import { providers } from "./providers.ts";
import { queue } from "./queue.ts";
import { refreshes } from "./refreshes.ts";
import { outbound } from "./outbound.ts";
import { printRows, type Row, seconds, summary, timed } from "./table.ts";
import { twoWay } from "./two-way.ts";
import { worker } from "./worker.ts";

const full = Deno.args.includes("--full");

/** What each measures, in words, and how. */
const MEASUREMENTS: Readonly<
  Record<string, readonly [what: string, measure: () => Promise<readonly Row[]>]>
> = {
  inserts: ["INSERTs with and without triggers, in turns", inserts],
  latency: ["commit to event, idle and busy", latency],
  queue: ["our queue against graphile-worker and pg-boss", queue],
  claim: ["claims with a million jobs queued", claim],
  "initial-sync": [
    `the first sync of a big account, ${full ? "24 minutes" : "three minutes"}`,
    () => initialSync(full),
  ],
  worker: ["CPU and memory of the worker's process", worker],
  growth: ["rows, probes and WAL an edit", growth],
  providers: ["first events, against the providers' own libraries", providers],
  caldav: ["first events on a CalDAV server, against tsdav", caldav],
  "graph-transport": ["Graph's batches against single calls", graphTransport],
  refreshes: ["many users of a token that has ended", refreshes],
  feeds: ["reading feeds of three sizes", feeds],
  outbound: ["calls to addresses that users typed, against fetch", outbound],
  keys: ["calls with an API key against calls with an access token", keys],
  deliveries: ["calls of webhooks, against a loop of fetch", deliveries],
  "two-way": ["what users change in their calendars: answers, calls, and the main job meanwhile", twoWay],
  "cold-start": ["the start of each function, bundled and from source", coldStart],
  size: ["the size of what is deployed", deployedSize],
};

const wanted = Deno.args.filter((name) => name !== "--full");
const unknown = wanted.filter((name) => !(name in MEASUREMENTS));
if (unknown.length > 0) {
  console.error(`There is no ${unknown.join(", ")}: ${Object.keys(MEASUREMENTS).join(", ")}`);
  Deno.exit(1);
}
const chosen = Object.entries(MEASUREMENTS).filter(([name]) => wanted.length === 0 || wanted.includes(name));
const all: Row[] = [];
let failed = false;
for (const [index, [name, [what, measure]]] of chosen.entries()) {
  console.error(`[${index + 1} of ${chosen.length}] ${name}: ${what}…`);
  const took_ms = await timed(async () => {
    try {
      const rows = await measure();
      printRows(rows);
      all.push(...rows);
    } catch (error: unknown) {
      failed = true;
      console.error(`${name}: ${error instanceof Error ? error.message : "failed"}`);
    }
  });
  printRows([[`  (${name})`, seconds(took_ms), "to measure"]]);
}
console.log(summary(all));
Deno.exit(failed ? 1 : 0);
