// `npm run live-check -- google`: does the real provider behave as the emulators do? Needs a test account; see
// docs/operate/live-check.md. Exit code 1 where an assumption does not hold, 2 where the check could not be carried out.
import process from "node:process";
import { liveCheck } from "./live-check/run.ts";
import { openTerminal } from "./live-check/terminal.ts";

const terminal = openTerminal();
try {
  process.exitCode = await liveCheck(process.argv.slice(2), terminal, (name) => process.env[name]);
} catch (error: unknown) {
  console.error(`npm run live-check: ${error instanceof Error ? error.message : "failed"}`);
  process.exitCode = 2;
} finally {
  terminal.close();
}
process.exit();
