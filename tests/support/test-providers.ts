import { titlePattern } from "./test-titles.ts";

/** What a test begins with that may run for some providers alone. */
const TEST = /\b(?:testTwoWay|Deno\.test|testEngine)\(|^ {2}\{$/gm;
/** The list of providers that a test runs for, or the one that its scene is about. */
const PROVIDER_LIST = /\[\s*((?:"(?:google|outlook|caldav)",?\s*)+)\]/;
const ONE_SCENE = /openScene\(\s*"(google|outlook|caldav)"/;
/** Of behaviours that hold for providers which tell news alone: Outlook's calendar is listed as a whole. */
const NEWS_ALONE = /concerns: (?:tellsNewsAlone|hasPagesOfNews)\b/;

/**
 * Whether a test runs for a provider, as far as its source names providers: of a test of all of them, or of none, yes.
 *
 * @param source holds the title
 */
export function runsFor(source: string, title: string, provider: string): boolean {
  const at = titlePattern(title).exec(source)?.index ?? 0;
  const starts = [...source.matchAll(TEST)].map(({ index }) => index);
  const start = starts.filter((index) => index <= at).at(-1) ?? 0;
  const end = starts.find((index) => index > at) ?? source.length;
  const test = source.slice(start, end);
  const [, list] = PROVIDER_LIST.exec(test) ?? [];
  if (list !== undefined) return list.includes(`"${provider}"`);
  const [, only] = ONE_SCENE.exec(test) ?? [];
  if (only !== undefined) return only === provider;
  return provider !== "outlook" || !NEWS_ALONE.test(test);
}
