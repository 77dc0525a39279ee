import { ROOT } from "./paths.ts";

const SOURCE_PATH = `${ROOT}/supabase/functions/_shared/domain/event-title.ts`;
/** The Settings page is a package of its own, and previews titles as the worker makes them. */
export const EVENT_TITLE_COPY_PATH = `${ROOT}/settings/src/calendar/content/event-title.ts`;

/** How titles are made, for the Settings page. */
export async function renderEventTitleCopy(): Promise<string> {
  const [, ...lines] = (await Deno.readTextFile(SOURCE_PATH)).split("\n");
  return `// Written by npm run generate from supabase/functions/_shared/domain/event-title.ts.\n${
    lines.join("\n")
  }`;
}
