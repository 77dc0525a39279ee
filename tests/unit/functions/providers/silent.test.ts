import assert from "node:assert/strict";
import {
  GOOGLE_ANSWERS,
  readAnswer as readGoogle,
} from "../../../../supabase/functions/_shared/providers/google/answers.ts";
import {
  GRAPH_ANSWERS,
  readAnswer as readGraph,
  readTokenRefusal,
} from "../../../../supabase/functions/_shared/providers/outlook/answers.ts";

const isSilent = (answer: object) => "silent" in answer;
const reasonsOf = (table: typeof GOOGLE_ANSWERS) =>
  new Set(table.flatMap(({ reason }) => reason === null ? ["somethingNew"] : [reason]));
/** An answer with the provider's word for the error; without a word a proxy's HTML. */
const bodyOf = {
  google: (reason: string) => reason === "" ? "<html>" : JSON.stringify({ error: { errors: [{ reason }] } }),
  graph: (reason: string) => reason === "" ? "<html>" : JSON.stringify({ error: { code: reason } }),
};

Deno.test("no answered 4xx counts as silence, whatever it refuses", () => {
  for (let status = 400; status < 500; status++) {
    for (const reason of reasonsOf(GOOGLE_ANSWERS)) {
      const answer = readGoogle(status, new Headers({ "retry-after": "3" }), bodyOf.google(reason));
      assert.ok(!isSilent(answer), `Google: ${status} ${reason}`);
    }
    for (const reason of reasonsOf(GRAPH_ANSWERS)) {
      const answer = readGraph(status, new Headers({ "retry-after": "3" }), bodyOf.graph(reason));
      assert.ok(!isSilent(answer), `Graph: ${status} ${reason}`);
    }
  }
});

Deno.test("a server error counts as silence where it is not the provider's word for something else", () => {
  for (const status of [500, 502, 503, 504]) {
    for (const body of ["", "<html>", "{}"]) {
      assert.ok(isSilent(readGoogle(status, new Headers(), body)), `Google: ${status}`);
      assert.ok(isSilent(readGraph(status, new Headers(), body)), `Graph: ${status}`);
    }
  }
});

Deno.test("a refused refresh counts as silence only where the token endpoint had a server error", () => {
  for (const status of [400, 401, 403, 404, 408, 429]) {
    for (const body of ["<html>", '{"error":"something_new"}', '{"error":"temporarily_unavailable"}']) {
      assert.ok(!isSilent(readTokenRefusal(status, body)), `${status} ${body}`);
    }
  }
  assert.ok(isSilent(readTokenRefusal(503, "<html>")));
});
