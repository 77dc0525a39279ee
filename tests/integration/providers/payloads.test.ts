import type { calendar_v3 } from "@googleapis/calendar";
import type * as graph from "@microsoft/microsoft-graph-types";
import assert from "node:assert/strict";
import { createCallBudget } from "../../../supabase/functions/_shared/providers/call-budget.ts";
import type { NewCalendar } from "../../../supabase/functions/_shared/providers/calendar-client.ts";
import { createGoogleClient } from "../../../supabase/functions/_shared/providers/google/client.ts";
import * as google from "../../../supabase/functions/_shared/providers/google/event-body.ts";
import { createOutlookClient } from "../../../supabase/functions/_shared/providers/outlook/client.ts";
import * as outlook from "../../../supabase/functions/_shared/providers/outlook/event-body.ts";
import { eventOf } from "./event.ts";

/** Paths of the fields of `Body`, however deep, that `Schema` does not have. */
type Misspelt<Body, Schema> = Body extends readonly (infer One)[]
  ? Schema extends readonly (infer Other)[] ? Misspelt<One, Other> : never
  : Body extends object ? {
      [Name in keyof Body]-?: Name extends keyof Schema ? Misspelt<Body[Name], NonNullable<Schema[Name]>>
        : Name;
    }[keyof Body]
  : never;

/** A PATCH takes null for whatever is to be removed, which Google's types say of some fields only. */
type Patch<Schema> = { readonly [Name in keyof Schema]: Schema[Name] | null };

/**
 * Takes a body that the provider's own types take. TypeScript alone would let a misspelt field through, since it looks
 * for those in literals only.
 */
function sends<Schema>() {
  return <Body extends Schema>(
    ...[body]: [Misspelt<Body, Schema>] extends [never] ? [Body] : [never]
  ): unknown => body;
}

const sendsToGoogle = sends<calendar_v3.Schema$Event>();
const patchesAtGoogle = sends<Patch<calendar_v3.Schema$Event>>();
const sendsToOutlook = sends<graph.Event>();

const EVENTS = (["date", "instant"] as const).flatMap((kind) =>
  [null, "https://example.com/o/1"].map((url) =>
    eventOf({
      url,
      due: kind === "date"
        ? { kind, date: "2027-03-15" }
        : { kind, at: "2027-03-15T09:00:00Z", time_zone: "Europe/Madrid" },
      reminders_minutes: [1440],
    })
  )
);
const CALENDAR: NewCalendar = {
  name: "Deadlines",
  description: "Made by a test",
  time_zone: "Europe/Madrid",
};

/** What a client sends where it makes a calendar. */
async function bodyOfNewCalendar(
  makeClient: (fetch: typeof globalThis.fetch) => { createCalendar(calendar: NewCalendar): Promise<unknown> },
): Promise<unknown> {
  let sent: unknown = null;
  const client = makeClient((_url, init) => {
    if (init?.method !== "POST") return Promise.resolve(Response.json({ value: [] }));
    sent = JSON.parse(String(init.body));
    return Promise.resolve(Response.json({}));
  });
  await client.createCalendar(CALENDAR);
  return sent;
}

const OWNER = "owner";
const CONNECTION = {
  access_token: "token",
  owner: OWNER,
  calendar: null,
  budget: createCallBudget(Infinity),
};

Deno.test("what we send for an event is what the providers' own types describe", () => {
  for (const event of EVENTS) {
    const bodies = [
      sendsToGoogle(google.insertBody(event, OWNER, 0)),
      patchesAtGoogle(google.patchBody(event, OWNER)),
      sendsToOutlook(outlook.createBody(event, OWNER, crypto.randomUUID())),
      sendsToOutlook(outlook.patchBody(event, OWNER)),
    ];
    for (const body of bodies) assert.ok(JSON.stringify(body).includes(event.title));
  }
});

Deno.test("what we send for a calendar is what the providers' own types describe", async () => {
  assert.deepEqual(
    await bodyOfNewCalendar((fetch) =>
      createGoogleClient({ ...CONNECTION, api_url: "https://google.test", fetch })
    ),
    {
      summary: CALENDAR.name,
      description: CALENDAR.description,
      timeZone: CALENDAR.time_zone,
    } satisfies calendar_v3.Schema$Calendar,
  );
  assert.deepEqual(
    await bodyOfNewCalendar((fetch) =>
      createOutlookClient({ ...CONNECTION, graph_url: "https://graph.test", fetch })
    ),
    {
      name: CALENDAR.name,
      singleValueExtendedProperties: [{ id: outlook.OWNER_PROPERTY, value: OWNER }],
    } satisfies graph.Calendar,
  );
});

Deno.test("a field that is misspelt would not pass the type check", () => {
  const [event] = EVENTS;
  assert.ok(event);
  const google_body = google.insertBody(event, OWNER, 0);
  const outlook_body = outlook.createBody(event, OWNER, crypto.randomUUID());
  // Each line is an error of `deno check` where the types would let it through.
  const refused = [
    // @ts-expect-error: it is `summary`.
    sendsToGoogle({ ...google_body, sumary: "" }),
    // @ts-expect-error: it is `useDefault`.
    sendsToGoogle({ ...google_body, reminders: { useDefaults: false, overrides: [] } }),
    // @ts-expect-error: it is `dateTime`.
    patchesAtGoogle({ ...google.patchBody(event, OWNER), start: { datetime: "2027-03-15T09:00:00Z" } }),
    // @ts-expect-error: it is `subject`.
    sendsToOutlook({ ...outlook_body, title: "" }),
    // @ts-expect-error: it is `contentType`.
    sendsToOutlook({ ...outlook_body, body: { type: "html", content: "" } }),
    // @ts-expect-error: there is no such availability.
    sendsToOutlook({ ...outlook_body, showAs: "transparent" }),
    // @ts-expect-error: it is `value`.
    sendsToOutlook({ ...outlook_body, singleValueExtendedProperties: [{ id: "id", valeu: "" }] }),
    // @ts-expect-error: it is `summary`.
    { name: "" } satisfies calendar_v3.Schema$Calendar,
    // @ts-expect-error: it is `name`.
    { summary: "" } satisfies graph.Calendar,
  ];
  assert.equal(refused.length, 9);
});
