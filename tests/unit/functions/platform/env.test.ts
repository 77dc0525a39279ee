import assert from "node:assert/strict";
import {
  ConfigurationError,
  readEnv,
  readMetricsSecret,
} from "../../../../supabase/functions/_shared/platform/env.ts";
import { readProviders } from "../../../../supabase/functions/_shared/providers/registry.ts";

const COMPLETE: Record<string, string> = {
  SUPABASE_URL: "https://ref.supabase.co",
  GOOGLE_CLIENT_ID: "id",
  GOOGLE_CLIENT_SECRET: "not a real secret",
  CALENDAR_STATE_SECRET: "s".repeat(32),
  CALENDAR_SYNC_SECRET: "t".repeat(32),
  CALENDAR_REDIRECT_URLS: "https://app.example.com/settings, http://localhost:3000/settings",
};

function read(change: Record<string, string | undefined> = {}) {
  const variables = { ...COMPLETE, ...change };
  const get = (name: string) => variables[name];
  return readEnv(get, readProviders(get).problems);
}

Deno.test("a complete environment is read", () => {
  assert.deepEqual(read().redirect_urls, [
    "https://app.example.com/settings",
    "http://localhost:3000/settings",
  ]);
});

Deno.test("everything that is missing or malformed is named in one error, without its value", () => {
  assert.throws(
    () =>
      read({ GOOGLE_CLIENT_ID: undefined, CALENDAR_STATE_SECRET: "short-value", GOOGLE_API_URL: "ftp://x" }),
    (error: unknown) =>
      error instanceof ConfigurationError &&
      /GOOGLE_CLIENT_ID is missing/.test(error.message) &&
      /CALENDAR_STATE_SECRET must have at least 32 characters/.test(error.message) &&
      /GOOGLE_API_URL must be an https URL/.test(error.message) &&
      !error.message.includes("short-value"),
  );
});

Deno.test("plain http is accepted for this machine alone", () => {
  for (const url of ["http://127.0.0.1:1", "http://localhost:1", "http://[::1]:1"]) {
    read({ GOOGLE_API_URL: url });
  }
  for (const url of ["http://example.com", "http://127.0.0.1.example.com", "http://localhost.example.com"]) {
    assert.throws(() => read({ GOOGLE_API_URL: url }), ConfigurationError, url);
    assert.throws(() => read({ CALENDAR_REDIRECT_URLS: url }), ConfigurationError, url);
  }
});

Deno.test("a worker works four calendars side by side, or as many as it is told to", () => {
  assert.equal(read().lanes_at_once, 4);
  assert.equal(read({ CALENDAR_LANES_AT_ONCE: "16" }).lanes_at_once, 16);
  for (const wrong of ["0", "33", "2.5", "many"]) {
    assert.throws(() => read({ CALENDAR_LANES_AT_ONCE: wrong }), /CALENDAR_LANES_AT_ONCE must be/);
  }
});

Deno.test("users may not accept in advance what they move in a calendar, unless the operator says so", () => {
  assert.equal(read().accept_edits, false);
  assert.equal(read({ CALENDAR_ACCEPT_EDITS: "off" }).accept_edits, false);
  assert.equal(read({ CALENDAR_ACCEPT_EDITS: "on" }).accept_edits, true);
  assert.throws(() => read({ CALENDAR_ACCEPT_EDITS: "yes" }), /CALENDAR_ACCEPT_EDITS must be on or off/);
});

Deno.test("a user may make 120 calls a minute, or as many as the environment says", () => {
  assert.equal(read().rate_limit_per_minute, 120);
  assert.equal(read({ CALENDAR_RATE_LIMIT_PER_MINUTE: "1" }).rate_limit_per_minute, 1);
  for (const wrong of ["0", "-1", "2.5", "many", "1e12"]) {
    assert.throws(
      () => read({ CALENDAR_RATE_LIMIT_PER_MINUTE: wrong }),
      /CALENDAR_RATE_LIMIT_PER_MINUTE must be/,
    );
  }
});

Deno.test("while a secret of ours is changed, the previous one is accepted beside it", () => {
  assert.deepEqual(read().state_secret, { current: "s".repeat(32), accepted: ["s".repeat(32)] });
  const both = read({
    CALENDAR_STATE_SECRET_PREVIOUS: "p".repeat(32),
    CALENDAR_SYNC_SECRET_PREVIOUS: "q".repeat(32),
  });
  assert.deepEqual(both.state_secret, {
    current: "s".repeat(32),
    accepted: ["s".repeat(32), "p".repeat(32)],
  });
  assert.deepEqual(both.sync_secret.accepted, ["t".repeat(32), "q".repeat(32)]);
});

Deno.test("a previous secret that is short, or is the current one, is refused without its value", () => {
  for (const name of ["CALENDAR_STATE_SECRET", "CALENDAR_SYNC_SECRET"]) {
    assert.throws(
      () => read({ [`${name}_PREVIOUS`]: "short" }),
      new RegExp(`${name}_PREVIOUS must have at least 32 characters`),
    );
    assert.throws(
      () => read({ [`${name}_PREVIOUS`]: COMPLETE[name] }),
      (error: unknown) =>
        error instanceof ConfigurationError && error.message.includes(`${name}_PREVIOUS must not be`) &&
        !error.message.includes(COMPLETE[name] ?? ""),
    );
  }
});

Deno.test("lines are written from info on, all of them, or as the environment says", () => {
  assert.deepEqual(read().log, { level: "info", sample: 1 });
  const log = { CALENDAR_LOG_LEVEL: "warn", CALENDAR_LOG_SAMPLE: "0.05" };
  assert.deepEqual(read(log).log, { level: "warn", sample: 0.05 });
  assert.throws(
    () => read({ CALENDAR_LOG_LEVEL: "verbose" }),
    /CALENDAR_LOG_LEVEL must be one of debug, info, warn, error/,
  );
  for (const wrong of ["-0.1", "1.1", "some"]) {
    assert.throws(() => read({ CALENDAR_LOG_SAMPLE: wrong }), /CALENDAR_LOG_SAMPLE must be/);
  }
});

Deno.test("the metrics' secret is asked for by those who serve them, and by nobody else", () => {
  const secret = "m".repeat(32);
  assert.deepEqual(
    readMetricsSecret((name) => name === "CALENDAR_METRICS_SECRET" ? secret : undefined),
    { current: secret, accepted: [secret] },
  );
  const previous = "p".repeat(32);
  assert.deepEqual(
    readMetricsSecret((name) => name.endsWith("_PREVIOUS") ? previous : secret).accepted,
    [secret, previous],
  );
  assert.throws(
    () => readMetricsSecret(() => secret),
    new ConfigurationError(
      "Set the function secrets: CALENDAR_METRICS_SECRET_PREVIOUS must not be CALENDAR_METRICS_SECRET itself.",
    ),
  );
  assert.throws(
    () => readMetricsSecret(() => ""),
    new ConfigurationError("Set the function secrets: CALENDAR_METRICS_SECRET is missing."),
  );
  assert.throws(
    () => readMetricsSecret((name) => name === "CALENDAR_METRICS_SECRET" ? "short-value" : undefined),
    new ConfigurationError(
      "Set the function secrets: CALENDAR_METRICS_SECRET must have at least 32 characters.",
    ),
  );
  read({ CALENDAR_METRICS_SECRET: "short-value" });
});

Deno.test("browsers and providers reach the functions at SUPABASE_URL, or at CALENDAR_PUBLIC_URL", () => {
  assert.equal(read().public_url, "https://ref.supabase.co");
  assert.equal(read({ SUPABASE_URL: "http://kong:8000/" }).public_url, "http://kong:8000");
  const inner = {
    SUPABASE_URL: "http://kong:8000",
    CALENDAR_PUBLIC_URL: "https://api.example.com/supabase/",
  };
  assert.deepEqual([read(inner).public_url, read(inner).supabase_url], [
    "https://api.example.com/supabase",
    "http://kong:8000",
  ]);
  assert.equal(
    read({ CALENDAR_PUBLIC_URL: "http://127.0.0.1:54321" }).public_url,
    "http://127.0.0.1:54321",
  );
});

Deno.test("a public address that is not one is named", () => {
  for (
    const wrong of [
      "api.example.com",
      "http://api.example.com",
      "https://api.example.com?x=1",
      "https://api.example.com/#x",
      "https://user:password@api.example.com",
      "ftp://127.0.0.1",
    ]
  ) {
    assert.throws(
      () => read({ CALENDAR_PUBLIC_URL: wrong }),
      (error: unknown) =>
        error instanceof ConfigurationError && error.message.includes("CALENDAR_PUBLIC_URL must be") &&
        !error.message.includes("password@"),
      wrong,
    );
  }
});

Deno.test("notices lead to the page that is named, else to the first that may be redirected to", () => {
  assert.equal(read().page_url, "https://app.example.com/settings");
  for (
    const page of ["https://app.example.com/settings?tab=calendar", "https://app.example.com/settings/"]
  ) assert.equal(read({ CALENDAR_PAGE_URL: page }).page_url, page);
  for (const wrong of ["app.example.com", "http://app.example.com/", "javascript:alert(1)"]) {
    assert.throws(() => read({ CALENDAR_PAGE_URL: wrong }), /CALENDAR_PAGE_URL must be an https URL/);
  }
});
