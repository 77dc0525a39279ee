import assert from "node:assert/strict";
import { getValidAccessToken } from "../../../../supabase/functions/_shared/oauth/access-token.ts";
import type { Rpc } from "../../../../supabase/functions/_shared/platform/rpc.ts";
import type { RefreshOutcome } from "../../../../supabase/functions/_shared/providers/connector.ts";
import type { OAuthProvider } from "../../../../supabase/functions/_shared/providers/provider.ts";

const LATER = new Date(Date.now() + 3_600_000).toISOString();
const REFRESH = { kind: "refresh", refresh_token: "old-refresh", claim: "c", account_id: "tid.oid" };
const refreshed: RefreshOutcome = {
  kind: "refreshed",
  access_token: "new-access",
  refresh_token: "new-refresh",
  expires_at: LATER,
};

/** @param answers what the database says, one a call, by the name of its function */
function scene(answers: Record<string, readonly (unknown | Error)[]>, outcome: RefreshOutcome = refreshed) {
  const queues = new Map(Object.entries(answers).map(([name, list]) => [name, [...list]]));
  const calls: { readonly name: string; readonly args: Readonly<Record<string, unknown>> }[] = [];
  const rpc: Rpc = (name, args, schema) => {
    calls.push({ name, args });
    const answer = queues.get(name)?.shift();
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(schema.parse(answer));
  };
  let refreshes = 0;
  const refuse = () => {
    throw new Error("not asked for");
  };
  const provider: OAuthProvider = {
    name: "outlook",
    label: "Outlook",
    api_url: null,
    connector: {
      kind: "oauth",
      getAuthUrl: refuse,
      exchangeToken: refuse,
      refreshToken: () => {
        refreshes++;
        return Promise.resolve(outcome);
      },
      revokeToken: refuse,
      consentRefusal: refuse,
      grantPageOf: refuse,
      adminConsentUrl: (redirect_uri, account_id) => `https://admin.example/?${redirect_uri}&${account_id}`,
    },
    listsCalendars: refuse,
    createClient: refuse,
  };
  const integration_id = crypto.randomUUID();
  return {
    calls,
    refreshes: () => refreshes,
    get: (rejected_token: string | null = null) =>
      getValidAccessToken({ rpc, provider, callback_uri: "cb", integration_id, known: null, rejected_token }),
  };
}

/** What is logged while `run` runs. */
async function logged(run: () => Promise<unknown>): Promise<string> {
  const lines: string[] = [];
  const original = console.error;
  console.error = (line: string) => lines.push(line);
  try {
    await run();
  } finally {
    console.error = original;
  }
  return lines.join("\n");
}

Deno.test("a refreshed token is stored before it is used", async () => {
  const { get, calls } = scene({ calendar_begin_refresh: [REFRESH], calendar_save_tokens: [true] });
  assert.deepEqual(await get(), { kind: "valid", access_token: "new-access" });
  assert.equal(calls[1]?.name, "calendar_save_tokens");
  assert.equal(calls[1]?.args["p_refresh_token"], "new-refresh");
});

Deno.test("fifty who want the same token at once cost one refresh", async () => {
  const { get, refreshes, calls } = scene({
    calendar_begin_refresh: [REFRESH],
    calendar_save_tokens: [true],
  });
  const tokens = await Promise.all(Array.from({ length: 50 }, () => get()));
  assert.ok(tokens.every((token) => token.kind === "valid" && token.access_token === "new-access"));
  assert.equal(refreshes(), 1);
  assert.equal(calls.length, 2);
});

Deno.test("somebody else's refresh is waited for, and its token adopted", async () => {
  const { get, refreshes } = scene({
    calendar_begin_refresh: [{ kind: "busy" }, {
      kind: "valid",
      access_token: "winners-access",
      expires_at: LATER,
    }],
  });
  assert.deepEqual(await get(), { kind: "valid", access_token: "winners-access", expires_at: LATER });
  assert.equal(refreshes(), 0);
});

Deno.test("whose claim was taken over adopts the winner's token, and a rotation that is lost thereby is logged", async () => {
  const { get } = scene({
    calendar_begin_refresh: [REFRESH, { kind: "valid", access_token: "winners-access", expires_at: LATER }],
    calendar_save_tokens: [false],
  });
  const lines = await logged(async () => {
    assert.deepEqual(await get(), { kind: "valid", access_token: "winners-access", expires_at: LATER });
  });
  assert.match(lines, /"token_rotation_lost"/);
  assert.ok(!lines.includes("new-refresh") && !lines.includes("new-access"), "no token in the log");
});

Deno.test("a token that cannot be stored is stored again a moment later; where that fails, it is not used", async () => {
  const down = () => new Error("the database is away");
  const patient = scene({ calendar_begin_refresh: [REFRESH], calendar_save_tokens: [down(), true] });
  assert.equal((await patient.get()).kind, "valid");
  const lost = scene({ calendar_begin_refresh: [REFRESH], calendar_save_tokens: [down(), down(), down()] });
  const lines = await logged(() => assert.rejects(lost.get(), /away/));
  assert.match(lines, /"token_rotation_lost"/);
});

const REFUSALS = [
  ["invalid_grant", "invalid_grant", "disconnected", "lost"],
  ["admin_consent_required", "admin_consent_required", "disconnected", "lost"],
  ["blocked_by_policy", "blocked_by_policy", "paused", "lost"],
  ["configuration", "configuration", null, "configuration"],
  ["unavailable", "provider_unavailable", null, "unavailable"],
] as const;

for (const [kind, code, status, token] of REFUSALS) {
  Deno.test(`a refusal that means ${kind} says ${code} and leaves the integration ${status ?? "as it is"}`, async () => {
    const { get, calls } = scene(
      { calendar_begin_refresh: [REFRESH], calendar_refresh_failed: [null] },
      { kind, reason: "r" },
    );
    const lines = await logged(async () => assert.deepEqual(await get(), { kind: token }));
    assert.match(lines, /"token_refresh_refused"/);
    const args = calls[1]?.args;
    assert.equal(args?.["p_status"], status);
    const error = JSON.stringify(args?.["p_error"]);
    assert.ok(error.includes(`"code":"${code}"`));
    assert.equal(error.includes("https://admin.example/?cb&tid.oid"), kind === "admin_consent_required");
  });
}
