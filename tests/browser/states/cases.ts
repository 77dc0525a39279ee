import assert from "node:assert/strict";
import { type CalendarApi, consent, until, type User } from "../../support/calendar-api.ts";
import { ADA, type ConsentProvider } from "../../support/subjects/subject.ts";
import type { SettingsScene } from "../support/settings-scene.ts";

/** A state of an integration as its user meets it. */
export interface StateCase {
  /** Its kind in settings/src/calendar/state.ts. */
  readonly name: string;
  readonly provider: ConsentProvider;
  /** Brings it about for a new user. */
  arrange(scene: SettingsScene, user: User & { readonly api: CalendarApi }): Promise<void>;
  /** What the badge says. */
  readonly label: string;
  /** What the page says of it; null: the badge says it all. */
  readonly words: RegExp | null;
  /** The button to press; null: there is nothing to do. */
  readonly action: string | null;
  /** Other things that have to be there, by their text. */
  readonly also?: readonly RegExp[];
}

const OBLIGATIONS = 12;

/** A connected calendar that holds every deadline, and in which nothing is worked any more: it stays as it is put. */
async function settle(
  scene: SettingsScene,
  { id, api }: User & { readonly api: CalendarApi },
  provider: ConsentProvider,
): Promise<string> {
  await scene.sql`
    insert into public.obligations (user_id, title, deadline_date)
    select ${id}, 'Emissions report ' || n, current_date + n::integer from generate_series(1, ${OBLIGATIONS}) as n`;
  const { id: integration_id } = await api.connect({
    provider,
    redirect_to: scene.redirect_to,
    account: ADA,
  });
  await api.untilStatus(({ progress }) => progress.synced === OBLIGATIONS && progress.pending === 0);
  // A worker that still has the lane, as for a pull, would end the wait.
  await until(async () => {
    const waiting = await scene.sql`
      update calendar_sync.lanes as lane set wait_until = now() + interval '1 day', wait_reason = 'retry_after'
      where integration_id = ${integration_id} and leased_by is null
        and not exists (select from calendar_sync.jobs as job where job.integration_id = lane.integration_id)
        and not exists (select from calendar_sync.changes as change where change.integration_id = lane.integration_id)
      returning 1`;
    return waiting.length === 1;
  });
  return integration_id;
}

/** A settled calendar with another status and error than it has by itself. */
const withError = (
  provider: ConsentProvider,
  status: "active" | "paused" | "disconnected",
  code: string,
  details: Readonly<Record<string, string | number>> = {},
): StateCase["arrange"] =>
async (scene, user) => {
  const id = await settle(scene, user, provider);
  await scene.sql`
    update public.calendar_integrations
    set status = ${status}, last_error = ${
    scene.sql.json({ code, message: "In the server's words.", details })
  }
    where id = ${id}`;
};

/** A calendar that waits, and goes on by itself. */
const waiting =
  (provider: ConsentProvider, code: string, minutes: number): StateCase["arrange"] => async (scene, user) => {
    await withError(provider, "active", code)(scene, user);
    await scene.sql`
    update calendar_sync.lanes
    set wait_until = now() + make_interval(mins => ${minutes}), wait_reason = 'retry_after', ready_at = now() + make_interval(mins => ${minutes})
    where integration_id in (select id from public.calendar_integrations where user_id = ${user.id})`;
  };

export const CASES: readonly StateCase[] = [
  {
    name: "not_connected",
    provider: "google",
    arrange: () => Promise.resolve(),
    label: "",
    words: /Google will ask you to allow/,
    action: "Connect Google Calendar",
  },
  {
    name: "waiting_for_confirmation",
    provider: "google",
    async arrange({ redirect_to }, { api }) {
      const landed = await consent(await api.authorizeUrl({ provider: "google", redirect_to }), ADA);
      assert.ok(landed.searchParams.has("calendar_connection"));
    },
    label: "Not finished",
    words: /allowed this connection, but it was not finished/,
    action: "Connect again",
  },
  {
    name: "up_to_date",
    provider: "google",
    async arrange(scene, user) {
      await settle(scene, user, "google");
    },
    label: "Connected",
    words: null,
    action: "Sync now",
    also: [/12 deadlines/, /Compliance deadlines/],
  },
  {
    name: "syncing",
    provider: "outlook",
    async arrange(scene, user) {
      await settle(scene, user, "outlook");
      await scene.sql`
        insert into public.obligations (user_id, title, deadline_date)
        select ${user.id}, 'Waste register ' || n, current_date + n::integer from generate_series(1, 28) as n`;
    },
    label: "Syncing",
    words: /Deadlines: 12 of 40/,
    action: "Sync now",
  },
  {
    name: "has_problems",
    provider: "google",
    async arrange(scene, user) {
      const id = await settle(scene, user, "google");
      const [obligation] = await scene.sql<{ id: string }[]>`
        insert into public.obligations (user_id, title, deadline_date)
        values (${user.id}, 'Noise measurement', '2027-03-01') returning id`;
      assert.ok(obligation);
      // A worker that is awake may be absorbing the change just now.
      await until(async () => {
        await scene.sql`select calendar_sync.absorb_changes(1000)`;
        const failed = await scene.sql`
          update calendar_sync.jobs set failed_at = now() - interval '2 hours', attempts = 1, last_error = 'invalid'
          where integration_id = ${id} and obligation_id = ${obligation.id} returning 1`;
        return failed.length === 1;
      });
    },
    label: "Connected",
    words: /One deadline is not in your calendar/,
    action: "See why",
    also: [/Noise measurement/, /Google does not accept this event/],
  },
  {
    name: "switched_off",
    provider: "google",
    async arrange(scene, user) {
      const id = await settle(scene, user, "google");
      await scene.sql`update public.calendar_integrations set sync_enabled = false where id = ${id}`;
    },
    label: "Paused",
    words: /Syncing is switched off/,
    action: "Switch on",
  },
  {
    name: "reconnect_needed",
    provider: "google",
    arrange: withError("google", "disconnected", "invalid_grant"),
    label: "Reconnect needed",
    words: /Google no longer lets us in/,
    action: "Reconnect",
  },
  {
    name: "permission_withdrawn",
    provider: "google",
    arrange: withError("google", "disconnected", "scope_missing"),
    label: "Reconnect needed",
    words: /permission to change your calendar was withdrawn/,
    action: "Reconnect",
  },
  {
    name: "admin_consent_needed",
    provider: "outlook",
    arrange: withError("outlook", "disconnected", "admin_consent_required", {
      admin_consent_url:
        "https://login.microsoftonline.com/organizations/v2.0/adminconsent?client_id=example",
    }),
    label: "Administrator needed",
    words: /only an administrator allow this/,
    action: "Copy",
    also: [/Link for your administrator/],
  },
  {
    name: "calendar_missing",
    provider: "google",
    arrange: withError("google", "paused", "calendar_missing"),
    label: "Calendar missing",
    words: /The calendar was deleted/,
    action: "Make it again",
    also: [/Choose another calendar/],
  },
  {
    name: "mass_deletion",
    provider: "google",
    arrange: withError("google", "paused", "mass_deletion", { deletions: 10, events: 12 }),
    label: "Stopped to ask you",
    words: /10 of 12 events would be deleted at once/,
    action: "I restored them, check again",
    also: [/Delete them…/],
  },
  {
    name: "mass_edit",
    provider: "google",
    arrange: withError("google", "paused", "mass_edit", { moves: 26, deletions: 4, events: 40 }),
    label: "Stopped to ask you",
    words: /30 of 40 events were moved or deleted/,
    action: "Go on…",
  },
  {
    name: "paused_by_admin",
    provider: "google",
    async arrange(scene, user) {
      const id = await settle(scene, user, "google");
      await scene.sql`select calendar_admin.pause(${id}, 'An audit.')`;
    },
    label: "Paused",
    words: /An administrator has paused the sync of this calendar: An audit\. It goes on/,
    action: null,
  },
  {
    name: "blocked_by_policy",
    provider: "outlook",
    arrange: withError("outlook", "paused", "blocked_by_policy"),
    label: "Paused",
    words: /A policy of your organisation keeps us out/,
    action: "Try now",
  },
  {
    name: "mailbox_unavailable",
    provider: "outlook",
    arrange: withError("outlook", "paused", "mailbox_unavailable"),
    label: "Paused",
    words: /mailbox of this account cannot be reached/,
    action: "Try now",
  },
  {
    name: "provider_down",
    provider: "outlook",
    arrange: waiting("outlook", "provider_unavailable", 4),
    label: "Waiting",
    words: /Microsoft cannot be reached.*we try again in \d minutes/,
    action: null,
  },
  {
    name: "quota",
    provider: "google",
    arrange: waiting("google", "quota", 50),
    label: "Waiting",
    words: /Google limits how much may change at a time.*we continue in \d+ minutes/,
    action: null,
  },
  {
    name: "configuration",
    provider: "google",
    arrange: withError("google", "active", "configuration"),
    label: "Waiting",
    words: /does not accept this installation/,
    action: null,
  },
  {
    name: "disconnecting",
    provider: "google",
    async arrange(scene, user) {
      const id = await settle(scene, user, "google");
      await user.api.request("DELETE", `/?integration_id=${id}&events=remove`);
    },
    label: "Disconnecting",
    words: /being removed from your calendar/,
    action: null,
    also: [/Events left to remove: 12/],
  },
];
