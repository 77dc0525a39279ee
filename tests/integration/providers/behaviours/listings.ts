import assert from "node:assert/strict";
import { createCallBudget } from "../../../../supabase/functions/_shared/providers/call-budget.ts";
import { until } from "../../../support/calendar-api.ts";
import type { Behaviour } from "../behaviour.ts";
import { failedListing, inOrder, listed, onSecondPage, PAGES, severalPages } from "../listing.ts";
import type { Answer } from "../subject.ts";

/** Successes that nothing can be read from. */
const UNREADABLE_PAGES = [
  "",
  "<html>welcome</html>",
  "[]",
  "null",
  '{"items":1,"value":1}',
  '{"items":[{}],"value":[{}]}',
];

const hasPages: Behaviour["concerns"] = ({ limitPages }) => limitPages !== null;

/** Far less than a call is waited for. */
const CUT_WITHIN_MS = 3_000;

/** Listings of our own events that take several calls, or fail: whole or nothing. */
export const LISTINGS: readonly Behaviour[] = [
  {
    name: "a listing of several pages is whole, and every page is charged",
    concerns: hasPages,
    async run(scene) {
      const { id, clientWith, made } = await severalPages(scene);
      scene.subject.user.addEvent(id);
      const budget = createCallBudget(PAGES);
      assert.deepEqual(inOrder(await listed(await clientWith(budget), id)), inOrder(made));
      assert.deepEqual([budget.used, scene.calls().length], [PAGES, PAGES]);
    },
  },
  {
    name: "where the budget is spent before the last page, it is tried again later, and not overdrawn",
    concerns: hasPages,
    async run(scene) {
      const { id, clientWith } = await severalPages(scene);
      for (const calls of [0, 1, PAGES - 1]) {
        scene.subject.emulator.state.requests = [];
        const budget = createCallBudget(calls);
        assert.equal(await failedListing(await clientWith(budget), id), "retry");
        assert.deepEqual([budget.used, scene.calls().length], [calls, calls]);
      }
    },
  },
  {
    name: "a signal that is aborted already asks for nothing",
    concerns: hasPages,
    async run(scene) {
      const { id, client } = await severalPages(scene);
      assert.equal(await failedListing(client, id, AbortSignal.abort()), "retry");
      assert.deepEqual(scene.calls(), []);
    },
  },
  {
    name: "a signal that is aborted between two pages, or while one is waited for, ends the listing",
    concerns: hasPages,
    async run(scene) {
      const { id, client, clientWith } = await severalPages(scene);
      const between = new AbortController();
      const stopped = await clientWith(onSecondPage(() => between.abort()));
      assert.equal(await failedListing(stopped, id, between.signal), "retry");
      scene.subject.emulator.state.requests = [];
      const stop = new AbortController();
      const match = { path: scene.traits.paths.api };
      const kind = await scene.during({ match, kind: "hang" }, async () => {
        const listing = failedListing(client, id, stop.signal);
        await until(() => Promise.resolve(scene.calls().length === 1));
        const stopped_at = performance.now();
        stop.abort();
        const ended = await listing;
        assert.ok(performance.now() - stopped_at < CUT_WITHIN_MS, "the call was waited for");
        return ended;
      });
      assert.equal(kind, "retry");
    },
  },
  {
    name: "a further page that the provider does not know any more means to begin anew",
    concerns: hasPages,
    async run(scene) {
      const { subject, traits } = scene;
      const { id, clientWith, made } = await severalPages(scene);
      const refusals: readonly Answer[] = [
        subject.refusals.invalid,
        { kind: "status", status: 410 },
        { kind: "status", status: 410, reason: "deleted" },
      ];
      for (const answer of refusals) {
        const faults = subject.emulator.faults;
        const budget = onSecondPage(() => faults.set([{ ...answer, match: { path: traits.paths.api } }]));
        assert.equal(await failedListing(await clientWith(budget), id), "retry", JSON.stringify(answer));
        faults.clear();
      }
      assert.deepEqual(inOrder(await listed(await clientWith(createCallBudget(PAGES)), id)), inOrder(made));
    },
  },
  {
    name: "a further page that fails in any other way fails the listing in that way",
    concerns: hasPages,
    async run(scene) {
      const { subject, traits } = scene;
      const { id, clientWith } = await severalPages(scene);
      const failures: readonly (readonly [Answer, string])[] = [
        [subject.refusals.unauthorized, "token_rejected"],
        [subject.refusals.rate_limit, "pause"],
        [{ kind: "status", status: 503 }, "unknown"],
      ];
      for (const [answer, kind] of failures) {
        const faults = subject.emulator.faults;
        const budget = onSecondPage(() => faults.set([{ ...answer, match: { path: traits.paths.api } }]));
        assert.equal(await failedListing(await clientWith(budget), id), kind);
        faults.clear();
      }
    },
  },
  {
    name: "what cannot be read is unknown, and not an empty calendar",
    async run({ newCalendar, subject, traits }) {
      const { id, client } = await newCalendar();
      for (const body of UNREADABLE_PAGES) {
        const page = { kind: "body", status: 200, body, content_type: "application/json" } as const;
        subject.emulator.faults.set([{ ...page, match: { path: traits.paths.api } }]);
        assert.equal(await failedListing(client, id), "unknown", body);
      }
    },
  },
  {
    name: "where the calendar is gone it is missing, also when it goes between two pages",
    concerns: hasPages,
    async run(scene) {
      const { id, account, client, clientWith } = await severalPages(scene);
      const budget = onSecondPage(() => scene.subject.user.deleteCalendar(account, id));
      assert.equal(await failedListing(await clientWith(budget), id), "retry");
      assert.equal(await failedListing(client, id), "calendar_missing");
    },
  },
  {
    name: "looking for our own calendar under another id does not overdraw the budget either",
    concerns: ({ changing_ids }) => changing_ids !== null,
    async run(scene) {
      const { id, account, clientWith } = await scene.newCalendar();
      scene.traits.changing_ids?.swap(account, id);
      const budget = createCallBudget(1);
      assert.equal(await failedListing(await clientWith(budget), id), "retry");
      assert.equal(budget.used, 1);
    },
  },
];
