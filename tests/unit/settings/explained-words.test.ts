import assert from "node:assert/strict";
import { explainedInWords } from "../../../settings/src/calendar/panels/explained-words.ts";
import { formatDue } from "../../../settings/src/format.ts";
import { loadTranslation } from "../../../settings/src/translation.ts";

type Explained = Parameters<typeof explainedInWords>[0];

const SINCE = "2027-02-07T14:05:59.123456+00:00";
const MOVED: Explained = {
  code: "synced",
  reason: null,
  waits_for: null,
  since: SINCE,
  stands: { deadline_date: "2027-03-19" },
};

async function said(language: "en" | "de" | "fr", explained: Explained): Promise<string> {
  const { late } = await loadTranslation(language);
  return explainedInWords(explained, "2027-03-15", late, (when) => formatDue(when, language, "UTC"))
    .replace(/[\u00a0\u202f]/g, " ");
}

Deno.test("an event that stands where its user moved it: where, since when, and the legal date", async () => {
  assert.equal(
    await said("en", MOVED),
    "You moved its event: it has stood on Mar 19, 2027 since Feb 7, 2027, 2:05 PM. Its legal date is Mar 15, 2027.",
  );
  assert.match(
    await said("de", MOVED),
    /am 19\.03\.2027 \(seit 07\.02\.2027, 14:05\)\. Das Fristdatum ist der 15\.03\.2027\.$/,
  );
  assert.match(
    await said("fr", MOVED),
    /au 19 mars 2027 \(depuis le 7 févr\. 2027.* 14:05\)\. .* 15 mars 2027\.$/,
  );
});

Deno.test("where it waits, too, it says why, and where the event stands", async () => {
  assert.equal(
    await said("en", { ...MOVED, code: "retrying", waits_for: "quota" }),
    "It could not be written yet. We keep trying. The provider limits how much may change at a time. You moved its event: it stands on Mar 19, 2027. Its legal date is Mar 15, 2027.",
  );
});

Deno.test("an event that its user deleted twice: since when", async () => {
  const hidden: Explained = { ...MOVED, code: "hidden_by_user", stands: null };
  assert.equal(
    await said("en", hidden),
    "You deleted its event twice, the last time on Feb 7, 2027, 2:05 PM, so it stays away until its deadline changes.",
  );
  assert.match(await said("de", hidden), /zuletzt am 07\.02\.2027, 14:05\./);
  assert.match(await said("fr", hidden), /la dernière fois le 7 févr\. 2027.* 14:05 :/);
});

Deno.test("an event on its deadline is said to be in the calendar", async () => {
  assert.equal(
    await said("en", { ...MOVED, stands: null }),
    "It is in the calendar, as it was last changed.",
  );
});

Deno.test("an event that somebody else keeps changing is not said to be refused, nor moved by its user", async () => {
  for (const code of ["rejected", "given_up"] as const) {
    const left: Explained = { ...MOVED, code, reason: "changed_again" };
    assert.equal(
      await said("en", left),
      "Another program, or another person, keeps changing the time of this event, so it is left as it is. End those changes, then try again. The event stands on Mar 19, 2027; its legal date is Mar 15, 2027.",
    );
    assert.match(await said("de", left), /^Ein anderes Programm .* Der Termin steht am 19\.03\.2027; das /);
    assert.match(await said("fr", left), /^Un autre programme .* L’événement se trouve au 19 mars 2027 ; /);
  }
});

Deno.test("an event that nobody tries any more to write: what is known of the reason, and where it stands", async () => {
  const stands = "The event stands on Mar 19, 2027; its legal date is Mar 15, 2027.";
  const cases = {
    network:
      "It could not be written after several attempts. Retry it under Problems, or change it. The provider did not answer.",
    http_503:
      "It could not be written after several attempts. Retry it under Problems, or change it. The provider answered with HTTP 503.",
  };
  for (const [reason, words] of Object.entries(cases)) {
    assert.equal(await said("en", { ...MOVED, code: "given_up", reason, stands: null }), words);
    assert.equal(await said("en", { ...MOVED, code: "given_up", reason }), `${words} ${stands}`);
  }
  assert.equal(
    await said("en", { ...MOVED, code: "rejected", reason: "deadline_out_of_range", stands: null }),
    "Its date is too far away for any calendar. Change it.",
  );
  assert.equal(
    await said("en", { ...MOVED, code: "rejected", reason: "timeRangeEmpty", stands: null }),
    "The calendar does not accept it. Change it, or retry it under Problems. The provider calls it “timeRangeEmpty”.",
  );
});
