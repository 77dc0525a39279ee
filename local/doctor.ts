// `npm run doctor -- --database-url postgresql://…`: is everything there that an installation needs? Exit code 1 where something is
// wrong.
import process from "node:process";
import { doctor } from "./doctor/run.ts";

try {
  process.exit(await doctor(process.argv.slice(2)) ? 0 : 1);
} catch (error: unknown) {
  console.error(`npm run doctor: ${error instanceof Error ? error.message : "failed"}`);
  process.exit(1);
}
