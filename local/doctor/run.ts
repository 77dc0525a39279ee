import process from "node:process";
import { VERSION } from "../../supabase/functions/_shared/platform/version.ts";
import { connect } from "./connect.ts";
import { checkAddress, checkHealth, checkSetup, checkVersions, isInstalled, roundTrip } from "./examine.ts";
import { type Finding, isWorking, renderFindings } from "./findings.ts";
import { type DoctorOptions, parseDoctorOptions } from "./options.ts";

/**
 * Is everything there that an installation needs, and does a wake-up call get through? Reads and wakes the worker; changes nothing.
 *
 * @param args the command line
 * @returns whether it works
 * @throws Error with one line where it cannot be looked at
 */
export async function doctor(args: readonly string[]): Promise<boolean> {
  const options = parseDoctorOptions(args, process.env["DATABASE_URL"]);
  const findings = await examine(options);
  const is_working = isWorking(findings);
  console.log(options.json ? JSON.stringify({ ok: is_working, findings }) : renderFindings(findings));
  return is_working;
}

async function examine(options: DoctorOptions): Promise<readonly Finding[]> {
  const { database_url, functions_url, timeout_s, json } = options;
  const say = (words: string) => {
    if (!json) console.error(words);
  };
  say(`EcoComply calendar ${VERSION}`);
  say(`Looking at ${database_url.host}…`);
  const sql = await connect(database_url);
  try {
    if (!await isInstalled(sql)) {
      throw new Error(
        "This database has no schema calendar_admin. With Supabase CLI 3.1 or later (npx supabase --version), run: " +
          "npx supabase link --project-ref <ref> && npx supabase db push --remote --include-all",
      );
    }
    const setup = await checkSetup(sql);
    const address = await checkAddress(sql, database_url);
    say("Waking the worker…");
    const trip = await roundTrip(sql, timeout_s, (waited_s) => say(`…waiting for the answer, ${waited_s} s`));
    const versions = trip.ok ? await checkVersions(sql) : [];
    const health = functions_url === null ? [] : [await checkHealth(functions_url)];
    return [...setup, ...(address === null ? [] : [address]), trip, ...versions, ...health];
  } finally {
    await sql.end({ timeout: 1 });
  }
}
