import assert from "node:assert/strict";
import { bearer } from "../../../../supabase/functions/_shared/providers/bearer.ts";
import { send as sendToGoogle } from "../../../../supabase/functions/_shared/providers/google/http.ts";
import { send as sendToGraph } from "../../../../supabase/functions/_shared/providers/outlook/http.ts";

const EMPTY = ["", " ", "\n"];

Deno.test("a token is sent as it is", () => {
  assert.equal(bearer("ya29.a0-token"), "Bearer ya29.a0-token");
});

for (const access_token of EMPTY) {
  Deno.test(`an empty access token (${JSON.stringify(access_token)}) is our error: no provider is called`, async () => {
    let calls = 0;
    const counted = () => {
      calls++;
      return Promise.resolve(new Response("{}"));
    };
    await assert.rejects(
      sendToGoogle({ api_url: "http://google.example", access_token, fetch: counted }, {
        method: "GET",
        path: "/calendars/primary",
        headers: {},
        body: null,
      }),
      /no access token/,
    );
    await assert.rejects(
      sendToGraph({ graph_url: "http://graph.example", access_token, fetch: counted }, {
        method: "GET",
        path: "/me/calendars",
      }),
      /no access token/,
    );
    assert.equal(calls, 0);
  });
}
