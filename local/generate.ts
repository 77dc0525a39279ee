// `npm run generate`: writes what is checked in and follows from something else: the database types from the migrations,
// the table of docs/providers.md from the providers' own tables.
import { DATABASE_TYPES_PATH, generateDatabaseTypes } from "./database-types.ts";
import { PROVIDERS_PAGE_PATH, renderProvidersPage } from "./providers-page.ts";
import { startStack } from "./stack.ts";

await Deno.writeTextFile(PROVIDERS_PAGE_PATH, await renderProvidersPage());
const stack = await startStack({ seed: false });
try {
  await Deno.writeTextFile(DATABASE_TYPES_PATH, await generateDatabaseTypes(stack.databaseUrl));
} finally {
  await stack.stop();
}
Deno.exit(0);
