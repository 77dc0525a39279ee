// `npm run types`: writes the database types after a migration changed them.
import { DATABASE_TYPES_PATH, generateDatabaseTypes } from "./database-types.ts";
import { startStack } from "./stack.ts";

const stack = await startStack({ seed: false });
try {
  await Deno.writeTextFile(DATABASE_TYPES_PATH, await generateDatabaseTypes(stack.databaseUrl));
} finally {
  await stack.stop();
}
Deno.exit(0);
