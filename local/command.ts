// The package's command, for Node: `npx ecocomply-calendar add <folder of a Supabase project>` and `… doctor --database-url <url>`.
import process from "node:process";
import { add } from "./add/run.ts";
import { doctor } from "./doctor/run.ts";

const NAME = "ecocomply-calendar";

const [first, ...others] = process.argv.slice(2);
const command = first === "doctor" ? "doctor" : "add";
try {
  if (command === "doctor") process.exitCode = await doctor(others) ? 0 : 1;
  else {
    await add(first === "add" ? others : process.argv.slice(2), {
      add: `npx ${NAME} add`,
      doctor: `npx ${NAME} doctor`,
    });
  }
} catch (error: unknown) {
  console.error(`${NAME} ${command}: ${error instanceof Error ? error.message : "failed"}`);
  process.exitCode = 1;
}
