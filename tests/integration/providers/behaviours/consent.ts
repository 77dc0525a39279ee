import assert from "node:assert/strict";
import type { Fault } from "../../../../local/providers/faults.ts";
import type { OAuthConnector } from "../../../../supabase/functions/_shared/providers/connector.ts";
import type { OAuthProvider } from "../../../../supabase/functions/_shared/providers/provider.ts";
import { ADA, GRACE } from "../../../support/subjects/subject.ts";
import type { Behaviour } from "../behaviour.ts";
import type { OAuthScene } from "../scene.ts";
import { answerConsentPage, askForConsent, REDIRECT_URI, signIn } from "../sign-in.ts";

const ACCESSES = ["dedicated", "existing"] as const;
const LIFETIME_MIN_MS = 3_500_000;
const LIFETIME_MAX_MS = 6 * 3_600_000;
/** What says nothing about the person, at the token endpoint. */
const NO_TOKENS: Readonly<Record<string, Omit<Fault, "match">>> = {
  "503": { kind: "status", status: 503 },
  "429": { kind: "status", status: 429 },
  "an HTML page": { kind: "body", status: 200, body: "<html>welcome</html>" },
  "nothing": { kind: "body", status: 200, body: "" },
  "an HTML error": { kind: "body", status: 400, body: "<html>bad gateway</html>" },
  "a hang-up": { kind: "drop_before" },
};

const kindOfExchange = async (
  provider: OAuthProvider,
  flow: Parameters<OAuthConnector["exchangeToken"]>[0],
): Promise<string> => (await provider.connector.exchangeToken(flow)).kind;

/** The consent of an organisation's administrator, up to the redirect back. */
async function administratorConsents(
  { provider, traits: { organisation } }: OAuthScene,
  account_id: string | null,
) {
  assert.ok(organisation);
  const url = provider.connector.adminConsentUrl(REDIRECT_URI, account_id);
  assert.ok(url);
  return await answerConsentPage(url, { account: organisation.administrator });
}

/** The way through the provider's consent page, and what comes of it. */
export const CONSENT: readonly Behaviour<OAuthScene>[] = [
  {
    name: "consent gives tokens, who gave it, what was granted and for how long",
    async run({ provider, traits }) {
      for (const account of traits.accounts) {
        for (const access of ACCESSES) {
          const exchanged = await signIn(provider, { account, access });
          const { account_email, scopes, expires_at } = exchanged;
          const left_ms = Date.parse(expires_at) - Date.now();
          assert.equal(account_email, account);
          assert.deepEqual(traits.scopes[access].filter((scope) => !scopes.includes(scope)), []);
          assert.ok(left_ms > LIFETIME_MIN_MS && left_ms < LIFETIME_MAX_MS, expires_at);
        }
      }
    },
  },
  {
    name: "an account has one id, whoever consents again, and no other account has it",
    async run({ provider, traits }) {
      const ids = new Set<string>();
      for (const account of traits.accounts) {
        const [first, second] = [await signIn(provider, { account }), await signIn(provider, { account })];
        assert.equal(first.account_id, second.account_id);
        ids.add(first.account_id);
      }
      assert.equal(ids.size, traits.accounts.length);
      assert.ok(!ids.has(""));
    },
  },
  {
    name: "a browser that is signed in to one account is let choose another one",
    async run({ provider, traits }) {
      const [first, second] = traits.accounts;
      assert.ok(first && second);
      const flow = { access: "dedicated", redirect_uri: REDIRECT_URI, nonce: "n", state: "s" } as const;
      const authUrl = async () =>
        await provider.connector.getAuthUrl({ ...flow, code_verifier: "v".repeat(43) });
      const consented = new URL(await authUrl());
      consented.searchParams.set("emulator_account", first);
      consented.searchParams.set("emulator_consent", "allow");
      const back = await fetch(consented, { redirect: "manual" });
      await back.body?.cancel();
      const cookie = back.headers.getSetCookie().map((one) => one.split(";")[0]).join("; ");
      const page = await (await fetch(await authUrl(), { headers: { cookie } })).text();
      assert.ok(page.includes(first) && page.includes(second), "the page does not offer the other account");
    },
  },
  {
    name: "the access token works for calendars",
    async run({ newCalendar, traits }) {
      for (const account of traits.accounts) {
        const calendar = await newCalendar(account);
        assert.deepEqual(await calendar.client.checkAccount(), { kind: "done", value: null });
      }
    },
  },
  {
    name: "an account without a calendar is told apart when it is connected",
    concerns: (traits) => traits.account_without_calendar !== null,
    async run({ client, traits }) {
      const account = traits.account_without_calendar;
      assert.ok(account);
      assert.equal((await (await client({ account })).checkAccount()).kind, "mailbox_unavailable");
    },
  },
  {
    name: "a person who declines is a denied consent",
    async run({ provider }) {
      const { callback } = await askForConsent(provider, { account: ADA, consent: "deny" });
      assert.equal(callback.get("code"), null);
      assert.equal(provider.connector.consentRefusal(callback), "access_denied");
    },
  },
  {
    name: "a callback with neither a code nor a known error is a failed exchange",
    async run({ provider }) {
      for (const query of ["", "error=server_error", "error=temporarily_unavailable", "error=%3Cscript%3E"]) {
        assert.equal(provider.connector.consentRefusal(new URLSearchParams(query)), "exchange_failed", query);
      }
      const { flow } = await askForConsent(provider, { account: ADA });
      assert.equal(
        await kindOfExchange(provider, { ...flow, callback: new URLSearchParams() }),
        "exchange_failed",
      );
    },
  },
  {
    name: "a person who leaves a box unticked misses a scope",
    concerns: (traits) => traits.ticked !== null,
    async run({ provider, traits: { ticked } }) {
      assert.ok(ticked);
      const consented = await askForConsent(provider, { account: ADA, access: "existing", ticked });
      const exchanged = await provider.connector.exchangeToken({
        ...consented.flow,
        callback: consented.callback,
      });
      assert.equal(exchanged.kind, "scope_missing");
    },
  },
  {
    name: "a code is worth nothing without the verifier that it was asked for with",
    async run({ provider }) {
      const { flow, callback } = await askForConsent(provider, { account: ADA });
      const code_verifier = `${flow.code_verifier.slice(0, -1)}~`;
      assert.equal(await kindOfExchange(provider, { ...flow, callback, code_verifier }), "exchange_failed");
    },
  },
  {
    name: "a code is worth nothing at another redirect URI",
    async run({ provider }) {
      const { flow, callback } = await askForConsent(provider, { account: ADA });
      const redirect_uri = `${REDIRECT_URI}/elsewhere`;
      assert.equal(await kindOfExchange(provider, { ...flow, callback, redirect_uri }), "exchange_failed");
    },
  },
  {
    name: "a code works once",
    async run({ provider }) {
      const { flow, callback } = await askForConsent(provider, { account: ADA });
      assert.equal(await kindOfExchange(provider, { ...flow, callback }), "exchanged");
      assert.equal(await kindOfExchange(provider, { ...flow, callback }), "exchange_failed");
    },
  },
  {
    name: "an id token for another nonce is nobody's identity",
    async run({ provider }) {
      const { flow, callback } = await askForConsent(provider, { account: ADA });
      const nonce = crypto.randomUUID();
      assert.equal(await kindOfExchange(provider, { ...flow, callback, nonce }), "identity_invalid");
    },
  },
  {
    name: "our own wrong secret is a failed exchange",
    async run({ misconfigured }) {
      const { flow, callback } = await askForConsent(misconfigured, { account: ADA });
      assert.equal(await kindOfExchange(misconfigured, { ...flow, callback }), "exchange_failed");
    },
  },
  ...Object.entries(NO_TOKENS).map(([answer, fault]): Behaviour<OAuthScene> => ({
    name: `${answer} from the token endpoint is a failed exchange`,
    async run({ provider, subject, during }) {
      const { flow, callback } = await askForConsent(provider, { account: ADA });
      const kind = await during(
        { ...fault, match: { path: subject.paths.token } },
        () => kindOfExchange(provider, { ...flow, callback }),
      );
      assert.equal(kind, "exchange_failed");
    },
  })),
  {
    name: "the page on which a person sees the grant is the provider's own, by https",
    async run({ provider, traits }) {
      for (const account of traits.accounts) {
        const { account_id } = await signIn(provider, { account });
        const page = new URL(provider.connector.grantPageOf(account_id));
        assert.equal(page.protocol, "https:");
        assert.ok(!page.toString().includes(account), "the address names the person");
      }
    },
  },
  {
    name: "where nobody administers the account, there is no page for an administrator",
    async run({ provider, traits: { organisation } }) {
      const { account_id } = await signIn(provider, { account: organisation?.personal_account ?? ADA });
      assert.equal(provider.connector.adminConsentUrl(REDIRECT_URI, account_id), null);
    },
  },
  {
    name: "an administrator's consent lets in who was kept out",
    concerns: (traits) => traits.organisation !== null,
    async run(scene) {
      const { provider, traits: { organisation } } = scene;
      assert.ok(organisation);
      const account = organisation.administrator;
      const { account_id } = await signIn(provider, { account });
      for (const of_account of [account_id, null]) {
        organisation.requireAdministrator(account);
        const kept_out = await askForConsent(provider, { account });
        assert.equal(kept_out.callback.get("code"), null);
        assert.equal(provider.connector.consentRefusal(kept_out.callback), "admin_consent_required");
        const returned = await administratorConsents(scene, of_account);
        assert.deepEqual([returned.get("admin_consent"), returned.get("code")], ["True", null]);
        await signIn(provider, { account });
      }
    },
  },
  {
    name: "one organisation's rule keeps nobody of another one out",
    concerns: (traits) => traits.organisation !== null,
    async run(scene) {
      const { provider, traits: { organisation } } = scene;
      assert.ok(organisation);
      organisation.requireAdministrator(organisation.administrator);
      await signIn(provider, { account: GRACE });
      await signIn(provider, { account: organisation.personal_account });
      await administratorConsents(scene, null);
    },
  },
  {
    name: "a grant that we end is ended",
    concerns: (traits) => traits.can_revoke,
    async run({ provider }) {
      const { refresh_token } = await signIn(provider, { account: GRACE });
      await provider.connector.revokeToken(refresh_token);
      assert.equal((await provider.connector.refreshToken(refresh_token)).kind, "invalid_grant");
    },
  },
  {
    name: "ending a grant throws nothing, whatever the provider says",
    async run({ provider, subject }) {
      await provider.connector.revokeToken("no token at all");
      const { refresh_token } = await signIn(provider, { account: GRACE });
      subject.emulator.faults.set([{ kind: "drop_before" }]);
      await provider.connector.revokeToken(refresh_token);
    },
  },
];
