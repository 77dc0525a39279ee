// `npm run doctor -- --database-url postgresql://…`: is everything there that an installation needs, and does a wake-up
// call get through? Reads and wakes the worker; changes nothing. Exit code 1 where something is wrong.
import { connect } from "./doctor/connect.ts";
import { checkAddress, checkHealth, checkSetup, isInstalled, roundTrip } from "./doctor/examine.ts";
import { type Finding, isWorking, renderFindings } from "./doctor/findings.ts";
import { type DoctorOptions, parseDoctorOptions } from "./doctor/options.ts";

try {
  const options = parseDoctorOptions(Deno.args, Deno.env.get("DATABASE_URL"));
  const findings = await examine(options);
  const is_working = isWorking(findings);
  console.log(options.json ? JSON.stringify({ ok: is_working, findings }) : renderFindings(findings));
  Deno.exit(is_working ? 0 : 1);
} catch (error: unknown) {
  console.error(`npm run doctor: ${error instanceof Error ? error.message : "failed"}`);
  Deno.exit(1);
}

async function examine(options: DoctorOptions): Promise<readonly Finding[]> {
  const { database_url, functions_url, timeout_s, json } = options;
  const say = (words: string) => {
    if (!json) console.error(words);
  };
  say(`Looking at ${database_url.host}…`);
  const sql = await connect(database_url);
  try {
    if (!await isInstalled(sql)) {
      throw new Error(
        "This database has no schema calendar_admin. Run: npx supabase link --project-ref <ref> && npx supabase db push --remote --include-all",
      );
    }
    const setup = await checkSetup(sql);
    const address = await checkAddress(sql, database_url);
    say("Waking the worker…");
    const trip = await roundTrip(sql, timeout_s, (waited_s) => say(`…waiting for the answer, ${waited_s} s`));
    const health = functions_url === null ? [] : [await checkHealth(functions_url)];
    return [...setup, ...(address === null ? [] : [address]), trip, ...health];
  } finally {
    await sql.end({ timeout: 1 });
  }
}
