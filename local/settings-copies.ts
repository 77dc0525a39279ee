import { ROOT } from "./paths.ts";

const FROM = "supabase/functions/_shared/domain";

/** The Settings page is a package of its own. What it says as the functions do, it says by copies of their files: these, from {@link FROM}. */
export const SETTINGS_COPIES = [
  { name: "event-title.ts", path: `${ROOT}/settings/src/calendar/content/event-title.ts` },
  { name: "own-reasons.ts", path: `${ROOT}/settings/src/calendar/panels/own-reasons.ts` },
] as const;

/** A file of the functions as the Settings page has it. Its first line, a comment, says that it is copied. */
export async function renderSettingsCopy(name: string): Promise<string> {
  const [, ...lines] = (await Deno.readTextFile(`${ROOT}/${FROM}/${name}`)).split("\n");
  return `// Written by npm run generate from ${FROM}/${name}.\n${lines.join("\n")}`;
}
