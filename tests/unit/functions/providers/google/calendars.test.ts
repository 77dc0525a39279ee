import assert from "node:assert/strict";
import {
  isEmptyCalendar,
  listCalendars,
} from "../../../../../supabase/functions/_shared/providers/google/calendars.ts";
import type { GoogleCall } from "../../../../../supabase/functions/_shared/providers/google/http.ts";

/** Answers with these pages in their order; one call more than there are pages fails the test. */
function pages(...bodies: readonly Record<string, unknown>[]) {
  const left = [...bodies];
  return (_call: GoogleCall) => {
    const body = left.shift() ?? assert.fail("there is no answer to one more call");
    return Promise.resolve({ kind: "ok", body } as const);
  };
}

Deno.test("calendars are listed up to the page without a token, or with none in it", async () => {
  const calendar = (id: string) => ({ id, accessRole: "owner" });
  for (const last of [{}, { nextPageToken: "" }]) {
    const listed = await listCalendars(
      pages({ items: [calendar("a")], nextPageToken: "t" }, { items: [calendar("b")], ...last }),
    );
    assert.deepEqual(listed.kind === "done" && listed.value.map(({ id }) => id), ["a", "b"]);
  }
});

Deno.test("a calendar is empty when no page up to that one shows an event", async () => {
  for (const last of [{}, { nextPageToken: "" }]) {
    const empty = await isEmptyCalendar(pages({ nextPageToken: "t" }, { items: [], ...last }), "c");
    assert.deepEqual(empty, { kind: "done", value: true });
  }
  const filled = await isEmptyCalendar(pages({ nextPageToken: "t" }, { items: [{}] }), "c");
  assert.deepEqual(filled, { kind: "done", value: false });
});
