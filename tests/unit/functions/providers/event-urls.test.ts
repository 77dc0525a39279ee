import assert from "node:assert/strict";
import { eventUrl as googleUrl } from "../../../../supabase/functions/_shared/providers/google/event-url.ts";
import { eventUrl as outlookUrl } from "../../../../supabase/functions/_shared/providers/outlook/event-url.ts";

const GOOGLE = "https://www.googleapis.com";
const GRAPH = "https://graph.microsoft.com/v1.0";
const TENANT = "0f3b1c52-7a57-4f0f-9d4e-2f0f8a1c9b11";
const PERSONAL = "9188040d-6c67-4c5b-b112-36a304b66dad";
const place = { event_id: "id", calendar_id: "ada@example.com", account_id: null, account_email: null };

Deno.test("Google's address names both ids as htmlLink does, and the account whose calendar it is", () => {
  const eid = (calendar_id: string, event_id = "47oc35hip08tk2d22f615v928h") =>
    new URL(googleUrl(GOOGLE, { ...place, event_id, calendar_id })).searchParams.get("eid");
  // An address that Google gave for an event of a public calendar.
  assert.equal(
    eid("6u5rrtce6lrtv07pfi3damgjus@group.calendar.google.com"),
    "NDdvYzM1aGlwMDh0azJkMjJmNjE1djkyOGggNnU1cnJ0Y2U2bHJ0djA3cGZpM2RhbWdqdXNAZw",
  );
  assert.equal(atob(eid("ada@gmail.com", "one") ?? ""), "one ada@m");
  assert.equal(atob(eid("ada@example.com", "one") ?? ""), "one ada@example.com");
  assert.equal(
    googleUrl(GOOGLE, { ...place, account_email: "ada+work@example.com" }),
    "https://calendar.google.com/calendar/event?eid=aWQgYWRhQGV4YW1wbGUuY29t&authuser=ada%2Bwork%40example.com",
  );
});

Deno.test("Outlook's address has the encoded id, at the origin of the account's kind and cloud", () => {
  const event_id = "AAkALgAA/b+c=";
  const url = (graph_url: string, account_id: string | null = null) =>
    outlookUrl(graph_url, { ...place, event_id, account_id });
  const path = "/calendar/item/AAkALgAA%2Fb%2Bc%3D";
  assert.equal(url(GRAPH), `https://outlook.office365.com${path}`);
  assert.equal(url(GRAPH, `${TENANT}.oid`), `https://outlook.office365.com${path}`);
  assert.equal(url(GRAPH, `${PERSONAL}.oid`), `https://outlook.live.com${path}`);
  assert.equal(url("https://graph.microsoft.us/v1.0"), `https://outlook.office365.us${path}`);
});

Deno.test("a stand-in for a provider's API has its own pages", () => {
  assert.equal(new URL(googleUrl("http://127.0.0.1:8001", place)).origin, "http://127.0.0.1:8001");
  assert.equal(
    new URL(outlookUrl("http://127.0.0.1:8002/v1.0", { ...place, account_id: `${PERSONAL}.oid` })).origin,
    "http://127.0.0.1:8002",
  );
});
