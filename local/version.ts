import { join } from "node:path";
import { z } from "zod";
import { ROOT } from "./paths.ts";

const NOTE = "Made from package.json by npm run generate. Change that, not this.";
const Package = z.object({ version: z.string().regex(/^\d+\.\d+\.\d+(-[a-z0-9.]+)?$/) });

/** The product's version, of package.json. */
export async function readVersion(): Promise<string> {
  return Package.parse(JSON.parse(await Deno.readTextFile(join(ROOT, "package.json")))).version;
}

/** The files that say the version in the database and in the functions, so that the two can be compared. */
export function renderVersion(
  version: string,
): readonly { readonly path: string; readonly text: string }[] {
  return [
    {
      path: join(ROOT, "supabase/schemas/015_version.sql"),
      text: `-- ${NOTE}

create function calendar_sync.version() returns text
language sql immutable security invoker set search_path = ''
as $$ select '${version}' $$;

comment on function calendar_sync.version() is 'The version of EcoComply calendar that this database has.';
`,
    },
    {
      path: join(ROOT, "supabase/functions/_shared/platform/version.ts"),
      text: `// ${NOTE}

/** The version of EcoComply calendar that these functions are of. */
export const VERSION = "${version}";
`,
    },
  ];
}
