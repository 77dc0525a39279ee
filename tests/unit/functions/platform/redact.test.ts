import assert from "node:assert/strict";
import fc from "fast-check";
import { formatLine } from "../../../../supabase/functions/_shared/platform/log-line.ts";
import { redactText } from "../../../../supabase/functions/_shared/platform/redact.ts";
import { encodingsOf } from "../../../support/encodings.ts";

const BASE64URL = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"];
const HEX = [..."0123456789abcdef"];
const textOf = (unit: readonly string[], minLength: number, maxLength = minLength) =>
  fc.string({ unit: fc.constantFrom(...unit), minLength, maxLength });
/** Random bits always look it; a run of one letter a generator may shrink to does not. */
const isMixed = (text: string) => /\d/.test(text) && /[a-z]/i.test(text);

const base64url = textOf(BASE64URL, 32, 90).filter(isMixed);
const uuid = fc.uuid();

/** Everything that the functions handle and nobody else may see, by its looks. */
const SECRETS = {
  "a user's access token": fc.tuple(base64url, base64url, base64url).map(([a, b, c]) => `eyJ${a}.${b}.${c}`),
  "Google's access token": base64url.map((text) => `ya29.${text}`),
  "Google's refresh token": base64url.map((text) => `1//0${text}`),
  "Google's code": base64url.map((text) => `4/0${text}`),
  "Entra's code": base64url.map((text) => `1.AX0A.${text}`),
  "Microsoft's access token": base64url.map((text) => `EwB${text}`),
  "a ticket or a feed's token": textOf(BASE64URL, 43).filter(isMixed),
  "a hash": textOf(HEX, 64).filter(isMixed),
  "a secret of ours": fc.tuple(uuid, uuid).map(([a, b]) => `${a}${b}`),
  "a secret key": textOf(HEX, 32).map((text) => `sb_secret_${text}`),
  "an e-mail address": fc.tuple(textOf([..."abcdefgh."], 3, 20), textOf([..."abcdefgh"], 2, 20)).map((
    [name, host],
  ) => `x${name}@${host}.example`),
};

/** What may stand around it. */
const around = fc.constantFrom("", " ", ": ", "=", "/", '"', "'", "(", " for ", "?x=", "&code=", "\n", ", ");
const words = fc.constantFrom(
  "",
  "invalid_grant",
  "error sending request for url",
  "Unauthorized",
  "at 12:00",
);

for (const [kind, secret] of Object.entries(SECRETS)) {
  Deno.test(`${kind} never stands in a line, wherever it comes from`, () => {
    fc.assert(fc.property(secret, around, around, words, words, (value, left, right, before, after) => {
      const text = `${before}${left}${value}${right}${after}`;
      const line = formatLine("calendar", "error", "failed", {
        note: text,
        list: [text],
        inside: { text },
        error: new Error(text),
        // What a library throws may have any name.
        [before || "field"]: value,
      });
      for (const [encoding, hidden] of encodingsOf(value).slice(0, 3)) {
        assert.ok(!line.includes(hidden), `${encoding} in ${line}`);
      }
    }));
  });
}

Deno.test("what is named a secret goes, whatever it looks like", () => {
  for (
    const text of [
      "client_secret=hidden&x=1",
      'the body was {"client_secret": "hidden"}',
      "password: hidden",
      "Authorization: Basic hidden",
      "Bearer hidden",
      "https://user:hidden@db.example/postgres",
      "https://x.example/callback?hidden=1",
      "https://x.example/#hidden",
      "GET /functions/v1/calendar-feed/hidden.ics",
      "calendar-feed%2Fhidden.ics",
      "token=hidden-1 refused",
      'refresh_token":"hidden-2',
    ]
  ) {
    assert.doesNotMatch(redactText(text), /hidden/, text);
  }
});

Deno.test("under a secret's name no text is written, nor anything inside", () => {
  const line = formatLine("calendar", "info", "failed", {
    access_token: "hidden",
    code: "hidden",
    state: "hidden",
    ticket: ["hidden"],
    set_cookie: { value: "hidden" },
    inner: { client_secret: "hidden" },
  });
  assert.doesNotMatch(line, /hidden/);
});

Deno.test("what helps stays: ids, codes, addresses without their queries, names of variables, numbers", () => {
  const id = "3f2b8a1e-0c4d-4e5f-8a9b-0c1d2e3f4a5b";
  for (
    const text of [
      `lane ${id} is gone`,
      "canceling statement due to statement timeout",
      "calendar_begin_connection: code: 42501",
      "Set the function secrets: CALENDAR_STATE_SECRET must have at least 32 characters.",
      "https://graph.microsoft.com/v1.0/me/calendars",
      "https://www.googleapis.com/calendar/v3/calendars/primary/events",
      "invalid_grant: Token has been expired or revoked.",
      'could not obtain lock on row in relation "calendar_integrations"',
      "/calendar-feed/:token",
      "2027-03-01T09:00:00.000Z",
    ]
  ) {
    assert.equal(redactText(text), text);
  }
  const line = JSON.parse(formatLine("calendar", "info", "run", { token_refreshed: true, tokens: 3 }));
  assert.deepEqual([line.token_refreshed, line.tokens], [true, 3]);
  const request_id = "0af7651916cd43dd8448eb211c80319c";
  assert.equal(JSON.parse(formatLine("calendar", "info", "run", { request_id })).request_id, request_id);
});

Deno.test("a text that is cut leaves no half of a secret behind", () => {
  // So many that all of what is read is little once it is redacted.
  fc.assert(fc.property(base64url, fc.integer({ min: 0, max: 100 }), (value, before) => {
    const redacted = redactText(`${"x".repeat(before)} ${`${value} `.repeat(200)}`);
    assert.ok(!redacted.includes(value.slice(0, 4)), redacted.slice(-50));
  }));
});

Deno.test("no text takes long, whatever is in it", () => {
  for (const piece of ["a", "token", "eyJ", "a.", "@", "secret ", "1//", "https://a", "%2F", "a@b."]) {
    const started_at = performance.now();
    redactText(piece.repeat(1_000_000 / piece.length));
    const took_ms = performance.now() - started_at;
    assert.ok(took_ms < 500, `${piece}: ${took_ms} ms`);
  }
});
