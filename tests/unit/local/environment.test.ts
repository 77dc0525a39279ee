import assert from "node:assert/strict";
import { functionEnvironment } from "../../../local/environment.ts";
import { createProjectKeys } from "../../../local/gateway/keys.ts";

const API_URL = "http://127.0.0.1:54321";
const EMULATORS = {
  GOOGLE_CLIENT_ID: "id",
  GOOGLE_CLIENT_SECRET: "secret",
  MICROSOFT_CLIENT_ID: "id",
  MICROSOFT_CLIENT_SECRET: "secret",
};

async function redirectUrls(given: string | undefined) {
  const { env } = functionEnvironment({
    given: { CALENDAR_REDIRECT_URLS: given },
    apiUrl: API_URL,
    keys: await createProjectKeys(),
    emulators: EMULATORS,
  });
  return env.redirect_urls;
}

Deno.test("the pages of the stack may be redirected to, whatever list is given, and are not first in it", async () => {
  const [own, demo] = [`${API_URL}/settings`, `${API_URL}/`];
  assert.deepEqual(await redirectUrls(undefined), [own, "http://localhost:3000/settings/calendar", demo]);
  assert.deepEqual(await redirectUrls("https://app.example.com/settings"), [
    "https://app.example.com/settings",
    own,
    demo,
  ]);
  assert.deepEqual(await redirectUrls(`https://app.example.com/settings, ${own}`), [
    "https://app.example.com/settings",
    own,
    demo,
  ]);
});

Deno.test("a list that is malformed is still named", async () => {
  await assert.rejects(redirectUrls("not a url"), /CALENDAR_REDIRECT_URLS/);
});

Deno.test("what one function alone needs is checked before anything starts, too", async () => {
  const keys = await createProjectKeys();
  for (const [name, value] of [["CALENDAR_METRICS_SECRET", "short"], ["CALENDAR_WEBHOOK_HOSTS", "no host"]]) {
    assert.throws(
      () =>
        functionEnvironment({
          given: { [String(name)]: value },
          apiUrl: API_URL,
          keys,
          emulators: EMULATORS,
        }),
      new RegExp(String(name)),
    );
  }
});

Deno.test("the previous secrets of a change are passed through", async () => {
  const previous = "the secret before this one, of 32 characters";
  const { env } = functionEnvironment({
    given: { CALENDAR_STATE_SECRET_PREVIOUS: previous, CALENDAR_SYNC_SECRET_PREVIOUS: previous },
    apiUrl: API_URL,
    keys: await createProjectKeys(),
    emulators: EMULATORS,
  });
  assert.equal(env.state_secret.accepted[1], previous);
  assert.equal(env.sync_secret.accepted[1], previous);
});
