import assert from "node:assert/strict";
import { createCallBudget } from "../../../../supabase/functions/_shared/providers/call-budget.ts";
import type { RefreshOutcome } from "../../../../supabase/functions/_shared/providers/connector.ts";
import type { Fault } from "../../../../local/providers/faults.ts";
import { ADA, GRACE } from "../../../support/subjects/subject.ts";
import type { Behaviour } from "../behaviour.ts";
import type { OAuthScene } from "../scene.ts";
import { signIn } from "../sign-in.ts";

/** What says nothing about the grant, at the token endpoint. */
const NO_ANSWERS: Readonly<Record<string, Omit<Fault, "match">>> = {
  "500": { kind: "status", status: 500, reason: "server_error" },
  "503": { kind: "status", status: 503 },
  "a 5xx that says invalid_grant": { kind: "status", status: 500, reason: "invalid_grant" },
  "429": { kind: "status", status: 429, reason: "temporarily_unavailable" },
  "a 429 that says invalid_grant": { kind: "status", status: 429, reason: "invalid_grant" },
  "an HTML page": { kind: "body", status: 200, body: "<html>welcome</html>" },
  "an HTML error": { kind: "body", status: 400, body: "<html>bad gateway</html>" },
  "nothing": { kind: "body", status: 200, body: "" },
  "a hang-up before": { kind: "drop_before" },
  "a hang-up after": { kind: "drop_after" },
};

function refreshed(outcome: RefreshOutcome): Extract<RefreshOutcome, { kind: "refreshed" }> {
  assert.ok(outcome.kind === "refreshed", JSON.stringify(outcome));
  return outcome;
}

/** Asserts that an access token is good for a call to the calendar API. */
async function assertWorks({ provider }: OAuthScene, access_token: string): Promise<void> {
  const budget = createCallBudget(Infinity);
  const client = provider.createClient({
    credentials: { kind: "oauth", access_token },
    owner: crypto.randomUUID(),
    calendar: null,
    budget,
  });
  const made = await client.createCalendar({
    name: crypto.randomUUID(),
    description: "",
    time_zone: "UTC",
  });
  assert.equal(made.kind, "done");
}

/** What becomes of a grant after the consent. */
export const REFRESH: readonly Behaviour<OAuthScene>[] = [
  {
    name: "a refresh gives a token that works, and a refresh token that works again",
    async run(scene) {
      for (const account of scene.traits.accounts) {
        let { refresh_token } = await signIn(scene.provider, { account });
        for (let round = 0; round < 3; round++) {
          const next = refreshed(await scene.provider.connector.refreshToken(refresh_token));
          assert.ok(Date.parse(next.expires_at) > Date.now() + 3_000_000, next.expires_at);
          await assertWorks(scene, next.access_token);
          assert.equal(next.refresh_token !== null, scene.traits.renews_refresh_tokens);
          refresh_token = next.refresh_token ?? refresh_token;
        }
      }
    },
  },
  {
    name: "two refreshes at once both work",
    async run(scene) {
      const { refresh_token } = await signIn(scene.provider, { account: ADA });
      const both = await Promise.all([
        scene.provider.connector.refreshToken(refresh_token),
        scene.provider.connector.refreshToken(refresh_token),
      ]);
      for (const outcome of both) {
        const one = refreshed(outcome);
        await assertWorks(scene, one.access_token);
        refreshed(await scene.provider.connector.refreshToken(one.refresh_token ?? refresh_token));
      }
    },
  },
  {
    name: "an access token that has ended is refreshed without a new consent",
    async run(scene) {
      const { refresh_token, access_token } = await signIn(scene.provider, { account: ADA });
      scene.subject.expireAccessTokens();
      const client = scene.provider.createClient({
        credentials: { kind: "oauth", access_token },
        owner: crypto.randomUUID(),
        calendar: null,
        budget: createCallBudget(Infinity),
      });
      const made = await client.createCalendar({ name: "Late", description: "", time_zone: "UTC" });
      assert.equal(made.kind, "token_rejected");
      await assertWorks(
        scene,
        refreshed(await scene.provider.connector.refreshToken(refresh_token)).access_token,
      );
    },
  },
  {
    name: "a grant that the person has ended is an invalid grant",
    async run({ provider, subject }) {
      const { refresh_token } = await signIn(provider, { account: GRACE });
      subject.revokeEverything();
      assert.equal((await provider.connector.refreshToken(refresh_token)).kind, "invalid_grant");
    },
  },
  {
    name: "a token that the provider never gave is an invalid grant",
    async run({ provider }) {
      assert.equal((await provider.connector.refreshToken("never given")).kind, "invalid_grant");
    },
  },
  {
    name: "our own wrong secret is our configuration's fault, and leaves the grant as it is",
    async run({ provider, misconfigured }) {
      const { refresh_token } = await signIn(provider, { account: ADA });
      assert.equal((await misconfigured.connector.refreshToken(refresh_token)).kind, "configuration");
      refreshed(await provider.connector.refreshToken(refresh_token));
    },
  },
  ...Object.entries(NO_ANSWERS).map(([answer, fault]): Behaviour<OAuthScene> => ({
    name: `${answer} from the token endpoint says nothing about the grant`,
    async run({ provider, subject, during }) {
      const { refresh_token } = await signIn(provider, { account: ADA });
      const outcome = await during(
        { ...fault, match: { path: subject.paths.token } },
        () => provider.connector.refreshToken(refresh_token),
      );
      assert.equal(outcome.kind, "unavailable");
      refreshed(await provider.connector.refreshToken(refresh_token));
    },
  })),
  {
    name: "every refusal of the token endpoint means what would help",
    async run({ provider, subject, traits }) {
      const { refresh_token } = await signIn(provider, { account: ADA });
      const seen: Record<string, string> = {};
      for (const { name, answer } of traits.refresh_answers) {
        subject.emulator.faults.set([{ ...answer, match: { path: subject.paths.token } }]);
        seen[name] = (await provider.connector.refreshToken(refresh_token)).kind;
      }
      assert.deepEqual(
        seen,
        Object.fromEntries(traits.refresh_answers.map(({ name, means }) => [name, means])),
      );
    },
  },
  {
    name: "a refusal tells the log a word of the provider's, and no token",
    async run({ provider, subject, traits }) {
      const { refresh_token } = await signIn(provider, { account: ADA });
      for (const { answer } of traits.refresh_answers) {
        subject.emulator.faults.set([{ ...answer, match: { path: subject.paths.token } }]);
        const outcome = await provider.connector.refreshToken(refresh_token);
        assert.ok(outcome.kind !== "refreshed");
        assert.match(outcome.reason, /^[\w ]{1,64}$/);
        assert.ok(!outcome.reason.includes(refresh_token));
      }
    },
  },
];
