import assert from "node:assert/strict";
import type { Fault } from "../../../local/providers/faults.ts";
import type { PersonEdit } from "../../../local/providers/person-edit.ts";
import type { LoggedRequest } from "../../../local/providers/observed-state.ts";
import {
  type CalendarChoice,
  type CalendarClient,
  type Change,
  outcomesOf,
} from "../../../supabase/functions/_shared/providers/calendar-client.ts";
import {
  type CallBudget,
  createCallBudget,
} from "../../../supabase/functions/_shared/providers/call-budget.ts";
import type { Outcome } from "../../../supabase/functions/_shared/providers/outcome.ts";
import type { Access } from "../../../supabase/functions/_shared/providers/connector.ts";
import { editAsPerson } from "../../support/person.ts";
import { ADA, type SeenEvent } from "../../support/subjects/subject.ts";
import type { ProviderSubject, RunningOAuthProvider, RunningProvider } from "./subject.ts";

/** A running provider, and what behaviours do with it. */
export interface Scene extends RunningProvider {
  /** A client for an account that has consented. */
  client(options?: ClientOptions): Promise<CalendarClient>;
  /** A calendar of our own, new and empty. */
  newCalendar(account?: string): Promise<TestCalendar>;
  /**
   * Does something while a fault lasts. A connection has to be cut for longer than one request: where it was kept open
   * from an earlier one, the runtime's `fetch` repeats the request by itself, POST included (seen with Deno 2.9).
   */
  during<T>(fault: Fault, work: () => Promise<T>): Promise<T>;
  /** HTTP requests to the calendar API since the log was cleared; a batch is one. */
  httpRequests(): number;
  /** Calls since the log was cleared, alone or in a batch. */
  calls(): readonly LoggedRequest[];
  /** No faults, no quotas, whole pages, an empty log. */
  reset(): void;
  close(): Promise<void>;
}

/** A provider whose accounts are connected on its consent page. */
export type OAuthScene = Scene & RunningOAuthProvider;

interface ClientOptions {
  readonly account?: string;
  readonly access?: Access;
  readonly owner?: string;
  readonly calendar?: CalendarChoice;
  readonly budget?: CallBudget;
}

/** A calendar of our own and the client that writes to it. */
export interface TestCalendar {
  readonly id: string;
  readonly account: string;
  readonly owner: string;
  readonly client: CalendarClient;
  /** The same client with a budget of its own. */
  clientWith(budget: CallBudget): Promise<CalendarClient>;
  events(): readonly SeenEvent[];
  titles(): readonly string[];
  /** The one event that there has to be. */
  only(): SeenEvent;
  /** Does to an event what its user does in the provider's own app. */
  edit(event_id: string, edit: PersonEdit): Promise<void>;
  /** Applies changes, none of which may be left out. */
  apply(changes: readonly Change[]): Promise<readonly Outcome[]>;
}

/** Starts an emulator and a provider that talks to it. */
export async function openScene<R extends RunningProvider>(
  { start }: ProviderSubject<R>,
): Promise<Scene & R> {
  const running = await start();
  const { subject, traits } = running;
  const { state, faults } = subject.emulator;
  const is = (pattern: string | null) => ({ path }: LoggedRequest) =>
    pattern !== null && new RegExp(pattern).test(path);

  async function client(options: ClientOptions = {}): Promise<CalendarClient> {
    const { account = ADA, access = "dedicated", owner = crypto.randomUUID(), calendar = null } = options;
    const { budget = createCallBudget(Infinity) } = options;
    return await running.openClient(account, access, { owner, calendar, budget });
  }

  async function newCalendar(account = ADA): Promise<TestCalendar> {
    const owner = crypto.randomUUID();
    const made = await (await client({ account, owner })).createCalendar({
      name: `Deadlines ${owner}`,
      description: "Made by a test",
      time_zone: "Europe/Paris",
    });
    assert.ok(made.kind === "done", JSON.stringify(made));
    const { id } = made.value;
    const calendar = { id, role: "own" } as const;
    const own = await client({ account, owner, calendar });
    const events = () => subject.events(id);
    return {
      id,
      account,
      owner,
      client: own,
      clientWith: (budget) => client({ account, owner, calendar, budget }),
      events,
      titles: () => events().map(({ title }) => title).sort(),
      only: () => {
        const [event, ...more] = events();
        assert.ok(event, "there is no event");
        assert.deepEqual(more, []);
        return event;
      },
      edit: (event_id, edit) => editAsPerson(subject.emulator, { account, calendar_id: id, event_id, edit }),
      // A slow server is not asked for all of many at once: the rest comes with the next batch, as it does for a worker.
      apply: async (changes) => {
        const outcomes: Outcome[] = [];
        while (outcomes.length < changes.length) {
          const batch = changes.slice(outcomes.length);
          const begun = outcomesOf(await own.applyChanges(batch, new AbortController().signal));
          assert.equal(begun.length, batch.length);
          const ended = begun.flatMap((outcome) => outcome ?? []);
          assert.ok(ended.length > 0, "no change was begun");
          assert.deepEqual(begun.slice(0, ended.length), ended, "a change was left out");
          outcomes.push(...ended);
        }
        return outcomes;
      },
    };
  }

  return {
    ...running,
    client,
    newCalendar,
    during: async (fault, work) => {
      faults.set([fault]);
      try {
        return await work();
      } finally {
        faults.clear();
      }
    },
    httpRequests: () =>
      state.requests.filter((request) =>
        !request.in_batch && (is(traits.paths.api)(request) || is(traits.paths.batch)(request))
      ).length,
    calls: () => state.requests.filter(is(traits.paths.api)),
    reset: () => {
      faults.clear();
      subject.setQuotas(false);
      traits.limitPages?.(null);
      state.requests = [];
      state.quota_violations = [];
    },
    close: () => subject.emulator.close(),
  };
}
