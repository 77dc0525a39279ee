import assert from "node:assert/strict";
import { outcomesOf } from "../../supabase/functions/_shared/providers/calendar-client.ts";
import { createCallBudget } from "../../supabase/functions/_shared/providers/call-budget.ts";
import type { Provider } from "../../supabase/functions/_shared/providers/provider.ts";
import type { Scene, TestCalendar } from "../../tests/integration/providers/scene.ts";
import type { Traits } from "../../tests/integration/providers/subject.ts";
import { ADA } from "../../tests/support/subjects/subject.ts";
import type { LiveEvent, Person, SignedIn } from "./account.ts";
import type { OwnCalendar } from "./assumption.ts";
import { guardedClient } from "./guarded-client.ts";
import { needsEmulator, Obstacle } from "./obstacle.ts";

/**
 * A real account as the clients' conformance suite sees it. The suite looks at an emulator's memory; here, what a calendar shows is
 * read again after each write, and what a person does begins at once and is waited for before the next call.
 *
 * @param calendars that behaviours may use: there are as many at a time, and each begins empty
 * @param traits as the emulator has them
 */
export function liveScene(options: {
  readonly provider: Provider;
  readonly signed_in: SignedIn;
  readonly person: Person;
  readonly calendars: readonly OwnCalendar[];
  readonly traits: Traits;
}): Scene {
  const { provider, signed_in, person, calendars } = options;
  const ids = new Set(calendars.map(({ id }) => id));
  const shown = new Map<string, readonly LiveEvent[]>([...ids].map((id) => [id, []]));
  let in_use: string[] = [];
  let under_way: Promise<void> = Promise.resolve();

  const look = async () => {
    for (const id of in_use) shown.set(id, await person.events(id));
  };
  const act = (work: () => Promise<void>) => {
    under_way = under_way.then(work);
    // Whoever waits for it next is told.
    under_way.catch(() => {});
  };
  const settled = async () => {
    const done = under_way;
    under_way = Promise.resolve();
    await done;
  };
  const eventsOf = (id: string) => {
    if (!ids.has(id)) throw new Obstacle("emulator", "another calendar than our own");
    return shown.get(id) ?? [];
  };

  const client: Scene["client"] = ({ account = ADA, access = "dedicated", ...given } = {}) => {
    if (account !== ADA || access !== "dedicated") {
      throw new Obstacle("emulator", "a second account or grant");
    }
    const { owner = crypto.randomUUID(), calendar = null, budget = createCallBudget(Infinity) } = given;
    if (calendar !== null) eventsOf(calendar.id);
    return Promise.resolve(
      guardedClient(signed_in.createClient({ owner, calendar, budget }), ids, settled, look),
    );
  };

  async function newCalendar(account = ADA): Promise<TestCalendar> {
    const own = calendars[in_use.length];
    if (own === undefined || account !== ADA) throw new Obstacle("emulator", "more calendars than we make");
    const { id } = own;
    await settled();
    for (const { seen } of await person.events(id)) await person.edit(id, seen.id, { kind: "delete" });
    shown.set(id, []);
    in_use.push(id);
    const owner = crypto.randomUUID();
    const calendar = { id, role: "own" } as const;
    const mine = await client({ owner, calendar });
    const events = () => eventsOf(id).map(({ seen }) => seen);
    return {
      id,
      account,
      owner,
      client: mine,
      clientWith: (budget) => client({ owner, calendar, budget }),
      events,
      titles: () => events().map(({ title }) => title).sort(),
      only: () => {
        const [event, ...more] = events();
        assert.ok(event, "there is no event");
        assert.deepEqual(more, []);
        return event;
      },
      edit: async (event_id, edit) => {
        if (edit.kind !== "move" && edit.kind !== "rename" && edit.kind !== "delete") {
          throw new Obstacle("emulator", "mail, or what the API cannot do for a person");
        }
        await settled();
        await person.edit(id, event_id, edit);
        await look();
      },
      apply: async (changes) => {
        const outcomes = outcomesOf(await mine.applyChanges(changes, new AbortController().signal));
        return outcomes.map((outcome) => {
          assert.ok(outcome, "a change was not begun");
          return outcome;
        });
      },
    };
  }

  return {
    provider,
    traits: liveTraits(options.traits),
    client,
    newCalendar,
    openClient: needsEmulator,
    subject: {
      name: provider.name,
      get emulator(): never {
        return needsEmulator();
      },
      get paths(): never {
        return needsEmulator();
      },
      get refusals(): never {
        return needsEmulator();
      },
      events: (id) => eventsOf(id).map(({ seen }) => seen),
      linkOf: (id, event_id) => eventsOf(id).find(({ seen }) => seen.id === event_id)?.link ?? null,
      hasCalendar: needsEmulator,
      calendars: needsEmulator,
      user: {
        deleteEvent: (id, event_id) => {
          shown.set(id, eventsOf(id).filter(({ seen }) => seen.id !== event_id));
          act(() => person.edit(id, event_id, { kind: "delete" }));
        },
        remind: (id, event_id) => act(() => person.remind(id, event_id)),
        addEvent: (id) => act(() => person.addEvent(id)),
        deleteCalendar: needsEmulator,
        withdrawWriting: needsEmulator,
        allowWriting: needsEmulator,
      },
      expireAccessTokens: needsEmulator,
      revokeEverything: needsEmulator,
      setQuotas: needsEmulator,
      liveGrants: needsEmulator,
      refreshes: needsEmulator,
    },
    during: needsEmulator,
    httpRequests: needsEmulator,
    calls: needsEmulator,
    reset: () => in_use = [],
    close: settled,
  };
}

/** The traits of an emulator without what switches it. */
function liveTraits(traits: Traits): Traits {
  return {
    ...traits,
    get paths(): never {
      return needsEmulator();
    },
    get answers(): never {
      return needsEmulator();
    },
    is_fast: false,
    limitPages: traits.limitPages && needsEmulator,
    forgetTimeZone: traits.forgetTimeZone && needsEmulator,
    organisation: null,
    changing_ids: null,
    changes: traits.changes && { ...traits.changes, forgetCursors: needsEmulator, channels: null },
    ways: { "it is as it is": () => {} },
  };
}
