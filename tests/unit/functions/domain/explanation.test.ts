import assert from "node:assert/strict";
import {
  explainInWords,
  EXPLANATION_CODES,
} from "../../../../supabase/functions/_shared/domain/explanation.ts";
import { OWN_REASONS } from "../../../../supabase/functions/_shared/domain/own-reasons.ts";

const SINCE = "2027-02-07T14:05:59.123456+00:00";
const LEGAL = { deadline_date: "2027-03-15" };
const STANDS = { deadline_date: "2027-03-19" };
const IN_LINE = { legal: LEGAL, stands: null, since: null, reason: null };

Deno.test("each code has a sentence of its own", () => {
  const said = EXPLANATION_CODES.map((code) => explainInWords({ ...IN_LINE, code }));
  assert.equal(new Set(said).size, EXPLANATION_CODES.length);
  for (const words of said) assert.match(words, /^[A-Z].*\.$/);
});

Deno.test("an event that was left where its user moved it: since when, where, and the legal date", () => {
  assert.equal(
    explainInWords({ ...IN_LINE, code: "synced", stands: STANDS, since: SINCE }),
    "You moved its event: it has stood on 19 March 2027 since 7 February 2027, 14:05 UTC. Its legal date is 15 March 2027.",
  );
});

Deno.test("an event that stands elsewhere and waits: why it waits, and where it stands", () => {
  assert.equal(
    explainInWords({ ...IN_LINE, code: "waiting", stands: STANDS, since: SINCE }),
    "It was changed and is about to be synced. You moved its event: it stands on 19 March 2027. Its legal date is 15 March 2027.",
  );
});

Deno.test("an instant is said in the time zone of its event, and in UTC where nobody knows that", () => {
  const wordsOf = (time_zone: string | null) =>
    explainInWords({
      ...IN_LINE,
      code: "synced",
      stands: { deadline_at: "2027-03-19T09:00:00Z", time_zone },
      since: SINCE,
    });
  assert.match(wordsOf("Europe/Madrid"), /stood on 19 March 2027, 10:00 Europe\/Madrid since /);
  assert.match(wordsOf("Not/AZone"), /stood on 19 March 2027, 09:00 UTC since /);
  assert.match(wordsOf(null), /stood on 19 March 2027, 09:00 UTC since /);
});

Deno.test("an event that its user hid: since when", () => {
  assert.equal(
    explainInWords({ ...IN_LINE, code: "hidden_by_user", since: SINCE }),
    "You deleted its event twice in the calendar, the last time on 7 February 2027, 14:05 UTC. It is shown again when its deadline changes.",
  );
});

Deno.test("what is left alone because somebody fights us is not told as the calendar's refusal", () => {
  for (const code of ["rejected", "given_up"] as const) {
    assert.equal(
      explainInWords({ ...IN_LINE, code, reason: "changed_again", stands: STANDS, since: SINCE }),
      "Another program, or another person, keeps changing the time of this event, so it is left as it is. End those changes, then choose Sync now to try again. The event stands on 19 March 2027. Its legal date is 15 March 2027.",
    );
  }
  assert.match(
    explainInWords({ ...IN_LINE, code: "rejected", reason: "changed_again" }),
    /End those changes, .* again\.$/,
  );
  assert.equal(explainInWords({ ...IN_LINE, code: "paused", reason: "changed_again" }), "Syncing is paused.");
});

Deno.test("a date that no calendar can show is not told as the calendar's refusal", () => {
  assert.equal(
    explainInWords({ ...IN_LINE, code: "rejected", reason: "deadline_out_of_range" }),
    "Its date is too far away for any calendar. Change it.",
  );
});

Deno.test("what no provider refused is not told as its refusal", () => {
  for (const reason of Object.keys(OWN_REASONS)) {
    assert.doesNotMatch(explainInWords({ ...IN_LINE, code: "rejected", reason }), /does not accept/, reason);
  }
  assert.equal(
    explainInWords({ ...IN_LINE, code: "given_up", reason: "timeout" }),
    "It could not be synced after several attempts. The provider did not answer. Sync now tries again, and so does every change of it.",
  );
  assert.equal(
    explainInWords({ ...IN_LINE, code: "rejected", reason: "event_ids_exhausted" }),
    "The calendar does not let us use this event's identifier again. Change it, or choose Sync now to try again.",
  );
});

Deno.test("an event that could not be written, and stands elsewhere: where it stands, and not who moved it", () => {
  assert.equal(
    explainInWords({ ...IN_LINE, code: "rejected", reason: "timeRangeEmpty", stands: STANDS }),
    "The calendar does not accept it. Change it, or choose Sync now to try again. The event stands on 19 March 2027. Its legal date is 15 March 2027.",
  );
});
