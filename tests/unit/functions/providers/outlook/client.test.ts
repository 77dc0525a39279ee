import assert from "node:assert/strict";
import { z } from "zod";
import { createCallBudget } from "../../../../../supabase/functions/_shared/providers/call-budget.ts";
import {
  type Change,
  outcomesOf,
} from "../../../../../supabase/functions/_shared/providers/calendar-client.ts";
import {
  createOutlookClient,
  SINGLY,
  TOGETHER,
  type Transport,
} from "../../../../../supabase/functions/_shared/providers/outlook/client.ts";
import { event } from "./events.ts";

const Batch = z.object({
  requests: z.array(z.object({ id: z.string(), method: z.string(), url: z.string() })),
});

interface Request {
  readonly method: string;
  readonly path: string;
}

/** A Graph that answers every call the same way, alone or in a batch. */
function graph(answer: (request: Request) => { status: number; body?: unknown }, batches = true) {
  const requests: Request[] = [];
  const base = `https://${crypto.randomUUID()}.test/v1.0`;
  const fake: typeof fetch = (url, init) => {
    const request = { method: init?.method ?? "GET", path: String(url).slice(base.length) };
    requests.push(request);
    if (request.path !== "/$batch") return Promise.resolve(respond(answer(request)));
    if (!batches) return Promise.resolve(new Response("", { status: 404 }));
    const { requests: parts } = Batch.parse(JSON.parse(String(init?.body)));
    const responses = [];
    for (const { id, method, url: path } of parts) responses.unshift({ id, ...answer({ method, path }) });
    return Promise.resolve(Response.json({ responses }));
  };
  const budget = createCallBudget(Infinity);
  const client = (transport?: Transport, calls = Infinity) =>
    createOutlookClient({
      graph_url: base,
      access_token: "token",
      owner: "owner-1",
      calendar: { id: "the default one", role: "primary" },
      budget: calls === Infinity ? budget : createCallBudget(calls),
      fetch: fake,
      ...(transport && { transport }),
    });
  return { requests, client, budget };
}

function respond({ status, body }: { status: number; body?: unknown }): Response {
  return status === 204 ? new Response(null, { status }) : Response.json(body ?? {}, { status });
}

const creations: readonly Change[] = Array.from({ length: 45 }, (_, index) => ({
  kind: "create",
  calendar_id: "the default one",
  event: event({ obligation_id: `00000000-0000-4000-8000-0000000000${index + 10}` }),
}));
const never = new AbortController().signal;

Deno.test("changes go together, twenty calls a request", async () => {
  const { requests, client, budget } = graph(({ path }) => ({ status: 201, body: { id: `at ${path}` } }));
  const outcomes = outcomesOf(await client().applyChanges(creations, never));
  assert.ok(outcomes.every((outcome) => outcome?.kind === "done"));
  assert.deepEqual(requests.map(({ path }) => path), ["/$batch", "/$batch", "/$batch"]);
  assert.equal(budget.used, 45);
});

Deno.test("changes can be made singly, with the same outcomes", async () => {
  const { requests, client, budget } = graph(() => ({ status: 201, body: { id: "e" } }));
  const outcomes = outcomesOf(await client(SINGLY).applyChanges(creations, never));
  assert.ok(outcomes.every((outcome) => outcome?.kind === "done"));
  assert.ok(requests.every(({ path }) => path === "/me/calendar/events"));
  assert.equal(budget.used, 45);
});

Deno.test("where there is no batch endpoint, every change is still made", async () => {
  const { requests, client } = graph(() => ({ status: 201, body: { id: "e" } }), false);
  const outcomes = outcomesOf(await client(TOGETHER).applyChanges(creations, never));
  assert.ok(outcomes.every((outcome) => outcome?.kind === "done"));
  assert.equal(requests.filter(({ path }) => path === "/$batch").length, 1);
});

Deno.test("every kind of change is what it says", async () => {
  const { client } = graph(({ method }) =>
    method === "GET"
      ? { status: 200, body: { value: [] } }
      : method === "DELETE"
      ? { status: 204 }
      : { status: 200, body: { id: method } }
  );
  const calendar_id = "c";
  const outcomes = outcomesOf(
    await client().applyChanges([
      { kind: "create", calendar_id, event: event({}) },
      { kind: "update", calendar_id, event_id: "e", event: event({}) },
      { kind: "delete", calendar_id, event_id: "e" },
      { kind: "remove_untracked", calendar_id, obligation_id: "o" },
    ], never),
  );
  assert.deepEqual(outcomes.map((outcome) => outcome?.kind === "done" ? outcome.event_id : outcome?.kind), [
    "POST",
    "PATCH",
    "gone",
    "gone",
  ]);
});

Deno.test("a change that concerns the whole integration leaves the rest alone", async () => {
  const { requests, client } = graph(() => ({ status: 429, body: { error: { code: "TooManyRequests" } } }));
  const outcomes = outcomesOf(await client().applyChanges(creations, never));
  assert.deepEqual(outcomes.map((outcome) => outcome?.kind ?? null), [
    ...Array.from({ length: 20 }, () => "pause"),
    ...Array.from({ length: 25 }, () => null),
  ]);
  assert.equal(requests.length, 1);
});

Deno.test("an update whose reminder is throttled has been written, and says so", async () => {
  const calendar_id = "the default one";
  let patches = 0;
  const { client } = graph(({ method }) =>
    method === "PATCH" && ++patches === 2
      ? { status: 429, body: { error: { code: "TooManyRequests" } } }
      : { status: 200, body: { id: "e", isReminderOn: true, reminderMinutesBeforeStart: 60 } }
  );
  const reminded = event({ completed: true, reminders_minutes: [60] });
  const [result] = await client().applyChanges(
    [{ kind: "update", calendar_id, event_id: "e", event: reminded, etag: "1" }],
    never,
  );
  assert.deepEqual([result?.outcome?.kind, result?.wrote, patches], ["pause", true, 2]);
});

Deno.test("no more calls are made than the budget has", async () => {
  const { client } = graph(() => ({ status: 201, body: { id: "e" } }));
  const outcomes = outcomesOf(await client(TOGETHER, 25).applyChanges(creations, never));
  assert.equal(outcomes.filter((outcome) => outcome?.kind === "done").length, 25);
});

Deno.test("nothing is begun after a stop", async () => {
  const { requests, client } = graph(() => ({ status: 201, body: { id: "e" } }));
  const outcomes = outcomesOf(await client().applyChanges(creations, AbortSignal.abort()));
  assert.ok(outcomes.every((outcome) => outcome === null));
  assert.equal(requests.length, 0);
});

Deno.test("single calls are charged one by one; a calendar that is not the integration's goes by its id", async () => {
  const { requests, client, budget } = graph(({ method }) =>
    method === "DELETE" ? { status: 204 } : { status: 200, body: { id: "e", value: [] } }
  );
  const outlook = client();
  await outlook.checkAccount();
  await outlook.listCalendars();
  await outlook.getCalendar({ id: "a/b", role: "other" });
  await outlook.createCalendar({ name: "n", description: "", time_zone: "UTC" });
  await outlook.isEmptyCalendar("a/b");
  await outlook.deleteCalendar("a/b");
  await outlook.createEvent("a/b", event({}));
  await outlook.createEvent("the default one", event({}));
  await outlook.updateEvent("a/b", "e/1", event({}));
  await outlook.deleteEvent("a/b", "e/1");
  assert.equal(budget.used, requests.length);
  assert.deepEqual(requests.map(({ method, path }) => `${method} ${path.split("?")[0]}`), [
    "GET /me/calendar",
    "GET /me/calendars",
    "GET /me/calendars/a%2Fb",
    "GET /me/calendars",
    "POST /me/calendars",
    "GET /me/calendars/a%2Fb/events",
    "DELETE /me/calendars/a%2Fb",
    "POST /me/calendars/a%2Fb/events",
    "POST /me/calendar/events",
    // Where the event stands.
    "GET /me/calendars/a%2Fb/events",
    "GET /me/events/e%2F1",
    "GET /me/calendars",
    "PATCH /me/events/e%2F1",
    "DELETE /me/events/e%2F1",
  ]);
});
