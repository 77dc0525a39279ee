// `npm run bench`: what the triggers cost a write, how soon a change reaches the calendar, what a bulk import and an
// initial sync cost in provider calls and time. Everything is measured in one run, on one machine, against the emulators.
import { ROOT } from "../local/paths.ts";
import { until } from "../tests/support/calendar-api.ts";
import { openScene, type Scene } from "../tests/support/scene.ts";
import { graphTransport } from "./graph-transport.ts";
import { initialSync } from "./initial-sync.ts";
import { insertCost } from "./inserts.ts";
import { latency } from "./latency.ts";
import { refreshes } from "./refreshes.ts";
import { printRows, ratio, type Row, seconds, timed } from "./table.ts";

const BULK = 1_000;

const started_at = performance.now();
const scene = await openScene();
printRows([["stack ready", seconds(performance.now() - started_at), ""]]);
try {
  const user = await scene.connectedUser();
  printRows(await insertCost(scene, user.id, user.integration.id));
  printRows(await bulkImport(scene, user));
  printRows(await refreshes(scene, user, user.integration.id));
  printRows(await latency(scene, user));
} finally {
  await scene.close();
}
for (const provider of ["google", "outlook"] as const) printRows(await initialSync(provider));
printRows(await graphTransport());
printRows([[
  "size of what is deployed",
  `${Math.round(await deployedBytes() / 1024)} KiB`,
  "functions and migrations, without packages",
]]);
Deno.exit(0);

async function bulkImport(
  { sql, provider, events }: Scene,
  user: { readonly id: string; readonly calendar_id: string },
): Promise<readonly Row[]> {
  provider.emulator.state.requests = [];
  const took_ms = await timed(async () => {
    await sql`insert into public.obligations (user_id, title, deadline_date)
      select ${user.id}, 'Bulk ' || n, date '2027-01-01' + n % 300 from generate_series(1, ${BULK}::int) as n`;
    await until(() => Promise.resolve(events(user.calendar_id).length === BULK), 120_000);
  });
  const http = provider.emulator.state.requests.filter(({ in_batch }) => !in_batch).length;
  await sql`delete from public.obligations where user_id = ${user.id}`;
  await until(() => Promise.resolve(events(user.calendar_id).length === 0), 120_000);
  return [
    [`${BULK} obligations in one INSERT`, seconds(took_ms), "until the last event, quotas off"],
    ["HTTP calls for them", ratio(http, BULK), `of one an obligation (${http})`],
  ];
}

async function deployedBytes(folder = `${ROOT}/supabase`): Promise<number> {
  let bytes = 0;
  for await (const entry of Deno.readDir(folder)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) bytes += entry.name.startsWith(".") ? 0 : await deployedBytes(path);
    else if (/\.(ts|sql|json|toml)$/.test(entry.name)) bytes += (await Deno.stat(path)).size;
  }
  return bytes;
}
