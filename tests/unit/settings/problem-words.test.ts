import assert from "node:assert/strict";
import { ROOT } from "../../../local/paths.ts";
import { problemInWords } from "../../../settings/src/calendar/panels/problem-words.ts";
import { formatDue } from "../../../settings/src/format.ts";
import { loadTranslation } from "../../../settings/src/translation.ts";
import { OWN_REASONS as ON_PAGE } from "../../../settings/src/calendar/panels/own-reasons.ts";
import { OWN_REASONS } from "../../../supabase/functions/_shared/domain/own-reasons.ts";
import { textFiles } from "../../support/text-files.ts";

type Problem = Parameters<typeof problemInWords>[0];

const LANGUAGES = ["en", "de", "fr"] as const;
const REFUSED: Problem = { code: "rejected", reason: null, stands: null, due: "2027-03-15" };

async function said(language: (typeof LANGUAGES)[number], problem: Partial<Problem>): Promise<string> {
  const { late: { problems } } = await loadTranslation(language);
  const format = (when: string) => formatDue(when, language, "UTC");
  return problemInWords({ ...REFUSED, ...problem }, "Google", "8", problems, format).replace(
    /[\u00a0\u202f]/g,
    " ",
  );
}

Deno.test("an event that somebody else changes each time is not said to be refused by the provider", async () => {
  const left = { reason: "changed_again", stands: { deadline_date: "2027-03-19" } };
  assert.equal(
    await said("en", left),
    "Another program, or another person, keeps changing the time of this event, so it is left as it is. End those changes, then try again. The event stands on Mar 19, 2027; its legal date is Mar 15, 2027.",
  );
  assert.match(
    await said("de", left),
    /^Ein anderes Programm .* am 19\.03\.2027; das Fristdatum ist der 15\.03\.2027\.$/,
  );
  assert.match(
    await said("fr", left),
    /^Un autre programme .* au 19 mars 2027 ; sa date légale est le 15 mars 2027\.$/,
  );
  assert.match(await said("en", { ...left, stands: null }), /End those changes, then try again\.$/);
});

Deno.test("a word of the provider's is told as one, and so is the status of an answer without a word", async () => {
  assert.equal(
    await said("en", { reason: "timeRangeEmpty" }),
    "Google does not accept this event. Change the obligation, or try once more. The provider calls it “timeRangeEmpty”.",
  );
  assert.equal(
    await said("en", { code: "given_up", reason: "http_503" }),
    "Google did not accept it after 8 attempts. The provider answered with HTTP 503.",
  );
});

Deno.test("the page and the API sort the same reasons of ours in the same way", () => {
  assert.deepEqual(ON_PAGE, OWN_REASONS);
});

Deno.test("every reason that our code gives for an event is in the list of ours", async () => {
  const reasons = await ownReasons();
  assert.ok(reasons.size > 10, [...reasons].join());
  assert.deepEqual([...reasons].filter((reason) => !Object.hasOwn(OWN_REASONS, reason)), []);
});

Deno.test("no reason of ours is told as the provider's word", async () => {
  for (const reason of Object.keys(OWN_REASONS)) {
    for (const code of ["rejected", "given_up"] as const) {
      for (const language of LANGUAGES) {
        const words = await said(language, { code, reason });
        assert.ok(!words.includes(reason) && !words.includes("Google"), `${language}: ${words}`);
      }
    }
  }
});

/** Those that the code of our providers and plans gives for events. */
async function ownReasons(): Promise<ReadonlySet<string>> {
  const reasons = new Set<string>();
  for (const folder of ["providers", "domain"]) {
    for await (const { path, content } of textFiles(ROOT, `supabase/functions/_shared/${folder}`)) {
      // Of calendars and channels, no event is told.
      if (/(calendars|channels|push)\.ts$/.test(path)) continue;
      const found = content.matchAll(
        /kind: "(?:impossible|rejected|retry|unknown|conflict)";?,?\s+(?:readonly )?reason: "([a-z_]+)"/g,
      );
      for (const [, reason = ""] of found) reasons.add(reason);
    }
  }
  return reasons;
}
