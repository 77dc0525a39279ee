import assert from "node:assert/strict";
import { ENGLISH_LATE } from "../../../settings/src/late-strings.ts";
import { ENGLISH } from "../../../settings/src/strings.ts";
import { createGoogleConnector } from "../../../supabase/functions/_shared/providers/google/oauth.ts";
import { scopesOf } from "../../../supabase/functions/_shared/providers/outlook/scopes.ts";

/**
 * What each provider's consent page says of a scope, as far as it says anything.
 *
 * @source https://developers.google.com/identity/protocols/oauth2/scopes
 * @source https://learn.microsoft.com/graph/permissions-reference
 */
const SAID: Readonly<Record<string, string | null>> = {
  openid: null,
  email: "see your primary Google Account email address",
  "https://www.googleapis.com/auth/calendar.app.created":
    "make secondary Google calendars, and see, create, change, and delete events on them",
  "https://www.googleapis.com/auth/calendar.events": "view and edit events on all your calendars",
  "https://www.googleapis.com/auth/calendar.calendarlist.readonly":
    "see the list of Google calendars you’re subscribed to",
  "https://graph.microsoft.com/Calendars.ReadWrite": "have full access to your calendars",
  offline_access: "maintain access to data you have given it access to",
  profile: "your basic profile",
};

async function googleScopes(access: "dedicated" | "existing"): Promise<readonly string[]> {
  const url = await createGoogleConnector({
    client_id: "client",
    client_secret: "no real secret",
    authority_url: "https://accounts.google.com",
    api_url: "https://www.googleapis.com",
  }).getAuthUrl({
    access,
    redirect_uri: "https://a.example/callback",
    nonce: "n",
    state: "s",
    code_verifier: "v".repeat(43),
  });
  return new URL(url).searchParams.get("scope")?.split(" ") ?? [];
}

function assertSaid(scopes: readonly string[], words: readonly string[]): void {
  for (const scope of scopes) {
    const said = SAID[scope];
    assert.notEqual(said, undefined, `${scope} is asked for, and nobody knows what the page says of it`);
    assert.ok(said === null || words.some((line) => line.includes(`“${said}”`)), `${scope}: ${said}`);
  }
}

Deno.test("before consent people read what the provider's page will say of every scope, in its words", async () => {
  const { google, outlook } = ENGLISH.providers;
  assertSaid(await googleScopes("dedicated"), google.asks);
  assertSaid(await googleScopes("existing"), [...google.asks, ...ENGLISH_LATE.more_access.asks]);
  assertSaid(
    scopesOf("https://graph.microsoft.com/v1.0").filter((scope) => scope !== "email"),
    outlook.asks,
  );
  assert.ok(outlook.asks.some((line) => line.includes("“view your email address”")));
});

Deno.test("of what the consent covers beyond its purpose, people read what is done with it", () => {
  assert.match(ENGLISH.providers.outlook.never, /read and change no events but our own/);
  assert.match(ENGLISH_LATE.more_access.promise, /read, change and delete no events but our own/);
  assert.match(ENGLISH.providers.google.never, /cannot see your other calendars/);
});
