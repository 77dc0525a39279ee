import assert from "node:assert/strict";
import type { Fault } from "../../../../local/providers/faults.ts";
import type { Outcome } from "../../../../supabase/functions/_shared/providers/outcome.ts";
import { RETRY_AFTER_MAX_S } from "../../../../supabase/functions/_shared/providers/answer-table.ts";
import type { Behaviour } from "../behaviour.ts";
import { creations, eventOf, events, writtenId } from "../event.ts";
import type { Scene } from "../scene.ts";
import type { Traits } from "../subject.ts";

const HTML = "<html>\n\n<body>Something is between us and the provider</body>\n\n</html>";
const DATE_AFTER_S = 30;
/** What may pass between the making of a date and the reading of the answer that holds it. */
const SLACK_S = 5;

/** What a provider answers, and what it has to be taken for. */
interface Failure {
  answer(scene: Scene): Omit<Fault, "match">;
  /** Whether the provider has such an answer; absent: every one has. */
  readonly concerns?: NonNullable<Behaviour["concerns"]>;
  readonly kind: Outcome["kind"];
  /** Seconds, and how many fewer they may be by the time of the answer; null: the provider names none. */
  readonly after_s?: number | null | ((traits: Traits) => number | null);
  readonly within_s?: number;
  /** Whether the answer can be that to a batch as a whole. */
  readonly of_a_batch?: true;
}

const FAILURES_BY_NAME: Readonly<Record<string, Failure>> = {
  "401": { answer: ({ subject }) => subject.refusals.unauthorized, kind: "token_rejected", of_a_batch: true },
  "a rate limit": { answer: ({ subject }) => subject.refusals.rate_limit, kind: "pause", of_a_batch: true },
  "a spent quota": {
    answer: ({ subject }) => subject.refusals.quota,
    kind: "pause",
    after_s: ({ quota_pause_s }) => quota_pause_s,
  },
  "a scope that is missing": {
    answer: ({ traits }) => traits.answers.scope_missing ?? assert.fail(),
    concerns: ({ answers }) => answers.scope_missing !== null,
    kind: "needs_reconnect",
  },
  "an account without a calendar": {
    answer: ({ traits }) => traits.answers.no_calendar ?? assert.fail(),
    concerns: ({ answers }) => answers.no_calendar !== null,
    kind: "mailbox_unavailable",
  },
  "a refusal for good": { answer: ({ subject }) => subject.refusals.invalid, kind: "rejected" },
  "a 404 that is a proxy's": { answer: () => ({ kind: "body", status: 404, body: HTML }), kind: "retry" },
  "a 410 that is a proxy's": { answer: () => ({ kind: "body", status: 410, body: HTML }), kind: "retry" },
  "a 403 that is a proxy's": { answer: () => ({ kind: "body", status: 403, body: HTML }), kind: "retry" },
  "a 400 that is a proxy's": { answer: () => ({ kind: "body", status: 400, body: "" }), kind: "retry" },
  "a clash with another change": { answer: ({ traits }) => traits.answers.conflict, kind: "conflict" },
  "something that changed meanwhile": {
    answer: ({ traits }) => traits.answers.changed_meanwhile,
    kind: "conflict",
  },
  "429 with Retry-After in seconds": {
    answer: ({ subject }) => ({ ...subject.refusals.rate_limit, status: 429, retry_after: "7" }),
    kind: "pause",
    after_s: 7,
    of_a_batch: true,
  },
  "429 with Retry-After as a date": {
    answer: ({ subject }) => ({
      ...subject.refusals.rate_limit,
      status: 429,
      retry_after: new Date(Date.now() + DATE_AFTER_S * 1000).toUTCString(),
    }),
    kind: "pause",
    after_s: DATE_AFTER_S,
    within_s: SLACK_S,
    of_a_batch: true,
  },
  "429 with a date that is over": {
    answer: ({ subject }) => ({
      ...subject.refusals.rate_limit,
      status: 429,
      retry_after: "Wed, 21 Oct 2015 07:28:00 GMT",
    }),
    kind: "pause",
    after_s: null,
  },
  "429 with a Retry-After of 0": {
    answer: ({ subject }) => ({ ...subject.refusals.rate_limit, status: 429, retry_after: "0" }),
    kind: "pause",
    after_s: null,
  },
  "429 with a Retry-After of fractions": {
    answer: ({ subject }) => ({ ...subject.refusals.rate_limit, status: 429, retry_after: "2.5" }),
    kind: "pause",
    after_s: 3,
  },
  "429 with a Retry-After of weeks": {
    answer: ({ subject }) => ({ ...subject.refusals.rate_limit, status: 429, retry_after: "2000000" }),
    kind: "pause",
    after_s: RETRY_AFTER_MAX_S,
    of_a_batch: true,
  },
  "429 with a Retry-After that is neither": {
    answer: ({ subject }) => ({ ...subject.refusals.rate_limit, status: 429, retry_after: "soon" }),
    kind: "pause",
    after_s: null,
  },
  "429 without Retry-After": {
    answer: ({ subject }) => ({ ...subject.refusals.rate_limit, status: 429 }),
    kind: "pause",
    after_s: null,
    of_a_batch: true,
  },
  "500": {
    answer: () => ({ kind: "status", status: 500 }),
    kind: "unknown",
    after_s: null,
    of_a_batch: true,
  },
  "502 with HTML": {
    answer: () => ({ kind: "body", status: 502, body: HTML }),
    kind: "unknown",
    after_s: null,
    of_a_batch: true,
  },
  "503 with Retry-After": {
    answer: () => ({ kind: "status", status: 503, retry_after: "11" }),
    kind: "unknown",
    after_s: 11,
    of_a_batch: true,
  },
  "504": { answer: () => ({ kind: "status", status: 504 }), kind: "unknown", of_a_batch: true },
  "a success with nothing in it": {
    answer: () => ({ kind: "body", status: 200, body: "" }),
    kind: "unknown",
    of_a_batch: true,
  },
  "a success with HTML in it": {
    answer: () => ({ kind: "body", status: 200, body: HTML }),
    kind: "unknown",
    of_a_batch: true,
  },
  "a lost connection before": { answer: () => ({ kind: "drop_before" }), kind: "unknown", of_a_batch: true },
  "a lost connection after": { answer: () => ({ kind: "drop_after" }), kind: "unknown", of_a_batch: true },
};

function assertIs(scene: Scene, outcome: Outcome, { kind, after_s: given, within_s = 0 }: Failure): void {
  const after_s = typeof given === "function" ? given(scene.traits) : given;
  assert.equal(outcome.kind, kind, JSON.stringify(outcome));
  if (after_s === undefined) return;
  assert.ok("after_s" in outcome);
  if (after_s === null) assert.equal(outcome.after_s, null);
  else {
    assert.ok(outcome.after_s !== null && outcome.after_s <= after_s, JSON.stringify(outcome));
    assert.ok(outcome.after_s >= after_s - within_s, JSON.stringify(outcome));
  }
}

/** The same failure of every call that there is, made singly. */
async function failSingly(scene: Scene, failure: Failure): Promise<void> {
  const calendar = await scene.newCalendar();
  const { id, client } = calendar;
  const [made, deleted, fresh] = [eventOf({ title: "Made" }), eventOf(), eventOf({ title: "Fresh" })];
  const made_id = writtenId(await client.createEvent(id, made));
  const deleted_id = writtenId(await client.createEvent(id, deleted));
  const attempts = async () => [
    await client.createEvent(id, fresh),
    await client.updateEvent(id, made_id, { ...made, title: "Changed" }),
    await client.deleteEvent(id, deleted_id),
  ];
  scene.subject.emulator.faults.set([{ ...failure.answer(scene), match: { path: scene.traits.paths.api } }]);
  for (const outcome of await attempts()) assertIs(scene, outcome, failure);
  scene.subject.emulator.faults.clear();
  assert.deepEqual((await attempts()).map(({ kind }) => kind), ["done", "done", "gone"]);
  assert.deepEqual(calendar.titles(), ["Changed", "Fresh"]);
}

/** The same failure of a listing, whose calls are its own. */
async function failListing(scene: Scene, failure: Failure): Promise<void> {
  const { id, client } = await scene.newCalendar();
  const event_id = writtenId(await client.createEvent(id, eventOf()));
  const list = () => client.listOwnEvents(id, new AbortController().signal);
  scene.subject.emulator.faults.set([{ ...failure.answer(scene), match: { path: scene.traits.paths.api } }]);
  const failed = await list();
  assert.ok(!("value" in failed));
  assertIs(scene, failed, failure);
  scene.subject.emulator.faults.clear();
  const answer = await list();
  assert.deepEqual(answer.kind === "done" && answer.value.map((event) => event.event_id), [event_id]);
}

/** The same failure of the parts of a batch, or of a batch as a whole. */
async function failTogether(scene: Scene, failure: Failure, path: string): Promise<void> {
  const calendar = await scene.newCalendar();
  // As many as are begun before the first answer ends the run.
  const changes = creations(calendar.id, events(Math.min(3, scene.traits.calls_under_way)));
  scene.subject.emulator.faults.set([{ ...failure.answer(scene), match: { path } }]);
  for (const outcome of await calendar.apply(changes)) assertIs(scene, outcome, failure);
  scene.subject.emulator.faults.clear();
  (await calendar.apply(changes)).forEach(writtenId);
  assert.equal(calendar.events().length, changes.length);
}

/** Every way in which a call fails, and what it is taken for; repeated, every change is carried out once. */
export const FAILURES: readonly Behaviour[] = [
  ...Object.entries(FAILURES_BY_NAME).flatMap(([name, failure]): Behaviour[] => [
    ...[
      { name: `${name}: ${failure.kind}`, run: (scene: Scene) => failSingly(scene, failure) },
      { name: `${name}, in a listing: ${failure.kind}`, run: (scene: Scene) => failListing(scene, failure) },
    ].map((one) => ({ ...one, ...(failure.concerns && { concerns: failure.concerns }) })),
    {
      name: `${name}, in a batch: ${failure.kind}`,
      ...(failure.concerns && { concerns: failure.concerns }),
      run: (scene) => failTogether(scene, failure, scene.traits.paths.api),
    },
    ...(failure.of_a_batch
      ? [{
        name: `${name}, of a whole batch: ${failure.kind}`,
        concerns: ({ paths }: Traits) => paths.batch !== null,
        run: (scene: Scene) => failTogether(scene, failure, scene.traits.paths.batch ?? ""),
      }]
      : []),
  ]),
  {
    name: "a spent quota is told to the user, a rate limit is not",
    async run({ newCalendar, subject, traits }) {
      const { id, client } = await newCalendar();
      for (
        const [refusal, code] of [[subject.refusals.quota, "quota"], [
          subject.refusals.rate_limit,
          null,
        ]] as const
      ) {
        subject.emulator.faults.set([{ ...refusal, match: { path: traits.paths.api } }]);
        const outcome = await client.createEvent(id, eventOf());
        assert.ok(outcome.kind === "pause");
        assert.equal(outcome.code, code);
      }
    },
  },
  {
    name: "an answer that never comes is waited for for ten seconds, and unknown",
    async run({ newCalendar, subject }) {
      const { id, client, events } = await newCalendar();
      const event = eventOf();
      subject.emulator.faults.set([{ match: { path: subject.paths.events }, kind: "hang", times: 1 }]);
      assert.equal((await client.createEvent(id, event)).kind, "unknown");
      writtenId(await client.createEvent(id, event));
      assert.equal(events().length, 1);
    },
  },
];
