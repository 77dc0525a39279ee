// `npm run bench`: every measurement of docs/performance.md, each a ratio within one run, on one machine, against the
// emulators. `npm run bench -- inserts claim` makes those two alone; `-- --full initial-sync` takes 24 minutes.
import { claim } from "./claim.ts";
import { deployedSize } from "./deployed-size.ts";
import { graphTransport } from "./graph-transport.ts";
import { initialSync } from "./initial-sync.ts";
import { feeds } from "./feeds.ts";
import { growth } from "./growth.ts";
import { inserts } from "./inserts.ts";
import { latency } from "./latency.ts";
import { providers } from "./providers.ts";
import { queue } from "./queue.ts";
import { refreshes } from "./refreshes.ts";
import { printRows, type Row, seconds, timed } from "./table.ts";
import { worker } from "./worker.ts";

const full = Deno.args.includes("--full");

const MEASUREMENTS: Readonly<Record<string, () => Promise<readonly Row[]>>> = {
  inserts,
  latency,
  queue,
  claim,
  "initial-sync": () => initialSync(full),
  worker,
  growth,
  providers,
  "graph-transport": graphTransport,
  refreshes,
  feeds,
  size: deployedSize,
};

const wanted = Deno.args.filter((name) => name !== "--full");
const unknown = wanted.filter((name) => !(name in MEASUREMENTS));
if (unknown.length > 0) {
  console.error(`There is no ${unknown.join(", ")}: ${Object.keys(MEASUREMENTS).join(", ")}`);
  Deno.exit(1);
}
let failed = false;
for (const [name, measure] of Object.entries(MEASUREMENTS)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const took_ms = await timed(async () => {
    try {
      printRows(await measure());
    } catch (error: unknown) {
      failed = true;
      console.error(`${name}: ${error instanceof Error ? error.message : "failed"}`);
    }
  });
  printRows([[`  (${name})`, seconds(took_ms), "to measure"]]);
}
Deno.exit(failed ? 1 : 0);
