import assert from "node:assert/strict";
import { ApiError } from "../../../../supabase/functions/_shared/platform/errors.ts";
import type { PasswordProvider } from "../../../../supabase/functions/_shared/providers/provider.ts";
import { consentProvider, readProviders } from "../../../../supabase/functions/_shared/providers/registry.ts";

const GOOGLE = { GOOGLE_CLIENT_ID: "id", GOOGLE_CLIENT_SECRET: "not a real secret" };
const MICROSOFT = { MICROSOFT_CLIENT_ID: "id", MICROSOFT_CLIENT_SECRET: "not a real secret" };

function read(variables: Readonly<Record<string, string>>) {
  const { value, problems } = readProviders((name) => variables[name]);
  return { offered: [...value].map(([name, { api_url }]) => [name, api_url]), problems };
}

Deno.test("a provider with an OAuth client is offered, at its own address by default", () => {
  assert.deepEqual(read({ ...GOOGLE, ...MICROSOFT }), {
    offered: [
      ["google", "https://www.googleapis.com"],
      ["outlook", "https://graph.microsoft.com/v1.0"],
      // On whichever server an account is.
      ["caldav", null],
    ],
    problems: [],
  });
  const GOOGLE_API_URL = "http://127.0.0.1:1/";
  assert.deepEqual(read({ ...GOOGLE, GOOGLE_API_URL }).offered[0], ["google", "http://127.0.0.1:1"]);
});

Deno.test("a provider without an OAuth client is not offered; half a client, or none at all, is a problem", () => {
  assert.deepEqual(read(MICROSOFT).offered.map(([name]) => name), ["outlook", "caldav"]);
  assert.deepEqual(read({ ...GOOGLE, MICROSOFT_CLIENT_ID: "id" }).problems, [
    "MICROSOFT_CLIENT_SECRET is missing",
  ]);
  assert.deepEqual(read({}).problems, [
    "GOOGLE_CLIENT_ID is missing",
    "GOOGLE_CLIENT_SECRET is missing",
    "MICROSOFT_CLIENT_ID is missing",
    "MICROSOFT_CLIENT_SECRET is missing",
  ]);
  assert.deepEqual(read({ GOOGLE_CLIENT_ID: "", ...MICROSOFT }).problems, []);
});

Deno.test("servers that users name are offered unless the list of them is empty; alone where somebody set it", () => {
  const names = (CALENDAR_CALDAV_SERVERS: string) =>
    read({ ...GOOGLE, CALENDAR_CALDAV_SERVERS }).offered.map(([name]) => name);
  assert.deepEqual(names(""), ["google"]);
  assert.deepEqual(names("https://dav.example.com"), ["google", "caldav"]);
  assert.deepEqual(names("*"), ["google", "caldav"]);
  assert.deepEqual(read({ CALENDAR_CALDAV_SERVERS: "*" }), { offered: [["caldav", null]], problems: [] });
  assert.deepEqual(
    read({ ...GOOGLE, CALENDAR_CALDAV_SERVERS: "dav.example.com", CALENDAR_CALDAV_REFUSAL_SECONDS: "soon" })
      .problems,
    [
      "CALENDAR_CALDAV_SERVERS must be * or origins such as https://dav.example.com, comma-separated",
      "CALENDAR_CALDAV_REFUSAL_SECONDS must be a whole number of seconds, at most a day",
    ],
  );
});

Deno.test("a malformed variable is named without its value, also of a provider that is not offered", () => {
  assert.deepEqual(
    read({ ...GOOGLE, MICROSOFT_CLIENT_SECRET_EXPIRES_ON: "31.5.2027", GOOGLE_API_URL: "ftp://x" }).problems,
    [
      "GOOGLE_API_URL must be an https URL (plain http for loopback hosts only)",
      "MICROSOFT_CLIENT_SECRET_EXPIRES_ON must be a date, like 2027-05-31",
    ],
  );
});

Deno.test("a provider that is not offered, or has no consent page, is a clear error where consent is needed", () => {
  const refuse = () => {
    throw new Error("not asked for");
  };
  const mail: PasswordProvider = {
    name: "mail",
    label: "Mail",
    api_url: null,
    connector: { kind: "password", presets: [], refusal_s: 300, check: refuse },
    listsCalendars: refuse,
    createClient: refuse,
  };
  const refusal = (code: string, message: RegExp) => (error: unknown) =>
    error instanceof ApiError && error.status === 400 && error.code === code && message.test(error.message);
  const providers = new Map([["mail", mail]]);
  assert.throws(
    () => consentProvider(providers, "google"),
    refusal("provider_not_configured", /^Google is not set up/),
  );
  assert.throws(
    () => consentProvider(providers, "mail"),
    refusal("invalid_request", /^provider: Mail is connected with a user name and a password/),
  );
});
