import assert from "node:assert/strict";
import { z } from "zod";
import type { PersonEdit } from "../../../local/providers/person-edit.ts";
import type { ProviderName } from "../../../supabase/functions/_shared/providers/registry.ts";
import type { CalendarApi } from "../../support/calendar-api.ts";
import { type ConnectedUser, openScene, type Scene } from "../../support/scene.ts";
import { ADA, type SeenEvent } from "../../support/subjects/subject.ts";

/** Providers whose clients tell what changed. */
const TWO_WAY_PROVIDERS: readonly ProviderName[] = ["google", "outlook", "caldav"];

/** The date of the obligations of these tests, and another one. */
export const DAY = "2027-03-15";
export const OTHER_DAY = "2027-03-19";

const Proposal = z.object({
  id: z.string(),
  integration_id: z.string(),
  obligation_id: z.string(),
  kind: z.string(),
  seen: z.record(z.string(), z.unknown()),
  legal: z.record(z.string(), z.unknown()),
  state: z.string(),
  event_state: z.string(),
});
export type Proposal = z.infer<typeof Proposal>;

const Notice = z.object({
  kind: z.string(),
  obligation_id: z.string().nullable(),
  dismissed_at: z.string().nullable(),
});

const Period = z.object({
  in_calendar: z.boolean(),
  due: z.string().nullable(),
  reason: z.string().nullable(),
  until_at: z.string().nullable(),
});
export type Period = z.infer<typeof Period>;

const Explained = z.object({
  code: z.string(),
  in_calendar: z.boolean(),
  reason: z.string().nullable(),
  since: z.string().nullable(),
  stands: z.record(z.string(), z.unknown()).nullable(),
  message: z.string(),
});

/** What a user does and sees while two-way sync is tried. */
export interface TwoWay {
  readonly scene: Scene<ProviderName>;
  readonly user: ConnectedUser;
  /** Inserts an obligation that is due on {@link DAY} and waits for its event. */
  obligation(fields?: Readonly<Record<string, unknown>>): Promise<string>;
  /** The live event with the tag of an obligation; the copies of users have it, too. */
  eventOf(obligation_id: string): SeenEvent | undefined;
  /** Does something to the event of an obligation in the provider's own application. */
  edit(event_id: string, edit: PersonEdit): Promise<void>;
  /** "Sync now", and waits until nothing is left to do. */
  sync(): Promise<void>;
  /** Waits until nothing is left to do. */
  settled(): Promise<void>;
  proposals(): Promise<Proposal[]>;
  /** Kinds of the notices about an obligation that are not dismissed, sorted. */
  notices(obligation_id: string): Promise<string[]>;
  evidence(obligation_id: string): Promise<Period[]>;
  explain(obligation_id: string): Promise<z.infer<typeof Explained>>;
}

/** What two-way sync does, for each provider that has it, on a stack of its own. */
export function testTwoWay(
  concern: string,
  show: (t: Deno.TestContext, two_way: TwoWay) => Promise<void>,
  env: Readonly<Record<string, string>> = {},
  providers: readonly ProviderName[] = TWO_WAY_PROVIDERS,
  access: "dedicated" | "existing" = "dedicated",
): void {
  for (const provider of providers) {
    Deno.test({
      name: `${concern} (${provider})`,
      // The stack's servers and connections outlive a step, and end with the scene.
      sanitizeOps: false,
      sanitizeResources: false,
      async fn(t) {
        const scene = await openScene(provider, env);
        try {
          await show(t, twoWay(scene, await scene.connectedUser(ADA, access)));
        } finally {
          await scene.close();
        }
      },
    });
  }
}

function twoWay(scene: Scene<ProviderName>, user: ConnectedUser): TwoWay {
  const { sql } = scene;
  const get = async <T>(api: CalendarApi, path: string, schema: z.ZodType<T>): Promise<T> => {
    const response = await api.request("GET", path);
    assert.equal(response.status, 200, await response.clone().text());
    return schema.parse(await response.json());
  };
  const two_way: TwoWay = {
    scene,
    user,
    async obligation(fields = {}) {
      const [row] = await sql<{ id: string }[]>`
        insert into public.obligations ${
        sql({ user_id: user.id, title: "Permit", deadline_date: DAY, ...fields })
      } returning id`;
      assert.ok(row);
      await two_way.settled();
      return row.id;
    },
    eventOf: (obligation_id) =>
      scene.events(user.calendar_id).find((event) => event.obligation_id === obligation_id),
    edit: (event_id, edit) => editIn(two_way, ADA, user.calendar_id, event_id, edit),
    async sync() {
      const response = await user.api.request("POST", "/sync", {});
      assert.equal(response.status, 202, await response.text());
      await two_way.settled();
    },
    settled: () => scene.untilIdle(),
    proposals: async () =>
      (await get(user.api, "/proposals", z.object({ proposals: z.array(Proposal) }))).proposals,
    async notices(obligation_id) {
      const { notices } = await get(user.api, "/notices", z.object({ notices: z.array(Notice) }));
      return notices.filter((each) => each.obligation_id === obligation_id && each.dismissed_at === null)
        .map(({ kind }) => kind).sort();
    },
    evidence: async (obligation_id) =>
      (await get(
        user.api,
        `/evidence?obligation_id=${obligation_id}`,
        z.object({ periods: z.array(Period) }),
      ))
        .periods,
    async explain(obligation_id) {
      const path = `/explain?obligation_id=${obligation_id}`;
      const [first] =
        (await get(user.api, path, z.object({ integrations: z.array(Explained) }))).integrations;
      assert.ok(first);
      return first;
    },
  };
  return two_way;
}

/** Does something to an event of any calendar of an account. */
export async function editIn(
  { scene }: TwoWay,
  account: string,
  calendar_id: string,
  event_id: string,
  edit: PersonEdit,
): Promise<void> {
  const body = JSON.stringify({ account, calendar_id, event_id, edit });
  const headers = { "content-type": "application/json" };
  const url = `${scene.provider.emulator.url}/emulator/edit`;
  const response = await fetch(url, { method: "POST", headers, body });
  assert.equal(response.status, 204, await response.text());
}

/** Chooses what becomes of moves. */
export async function chooseEdits({ user }: TwoWay, calendar_edits: string): Promise<void> {
  const body = { integration_id: user.integration.id, settings: { calendar_edits } };
  const response = await user.api.request("PATCH", "/status", body);
  assert.equal(response.status, 200, await response.text());
}

/** What `explain` says of an event that its user moved from {@link DAY} to {@link OTHER_DAY}, and that was left there. */
export async function assertStandsElsewhere(calendar: TwoWay, obligation_id: string) {
  const explained = await calendar.explain(obligation_id);
  const { code, in_calendar, stands, since, message } = explained;
  assert.deepEqual([code, in_calendar, stands], ["synced", true, { deadline_date: OTHER_DAY }]);
  assert.ok(since !== null && Date.parse(since) <= Date.now(), `since ${since}`);
  assert.match(
    message,
    /^You moved its event: it has stood on 19 March 2027 since \d+ \w+ \d{4}, \d\d:\d\d UTC\. Its legal date is 15 March 2027\.$/,
  );
  return explained;
}

/** An instant between one and now. The database runs on this machine, and its clock is the same. */
export function assertBetween(instant: string | null, from_ms: number): void {
  assert.ok(instant !== null, "there is no instant");
  const at_ms = Date.parse(instant);
  assert.ok(from_ms <= at_ms && at_ms <= Date.now(), instant);
}
