import { BATCHES } from "./behaviours/batches.ts";
import { CALENDAR_IDS } from "./behaviours/calendar-ids.ts";
import { CALENDARS } from "./behaviours/calendars.ts";
import { CHANGE_LISTINGS } from "./behaviours/change-listings.ts";
import { CHANGES } from "./behaviours/changes.ts";
import { CHANNELS } from "./behaviours/channels.ts";
import { CONDITIONAL_UPDATES } from "./behaviours/conditional-updates.ts";
import { CONSENT } from "./behaviours/consent.ts";
import { EVENT_CONTENT } from "./behaviours/event-content.ts";
import { EVENT_LIFE } from "./behaviours/event-life.ts";
import { EVENT_TIMES } from "./behaviours/event-times.ts";
import { FAILURES } from "./behaviours/failures.ts";
import { INTERRUPTIONS } from "./behaviours/interruptions.ts";
import { LISTINGS } from "./behaviours/listings.ts";
import { OWN_EVENTS } from "./behaviours/own-events.ts";
import { QUOTAS } from "./behaviours/quotas.ts";
import { REFRESH } from "./behaviours/refresh.ts";
import { REAPPLIED_REMINDERS } from "./behaviours/reapplied-reminders.ts";
import { REMINDERS } from "./behaviours/reminders.ts";
import { REMOVALS } from "./behaviours/removals.ts";
import { SEQUENCES } from "./behaviours/sequences.ts";
import { SHARED_CALENDARS } from "./behaviours/shared-calendars.ts";
import { TEST_EVENTS } from "./behaviours/test-events.ts";
import { WITHOUT_BATCH } from "./behaviours/without-batch.ts";
import type { Behaviour } from "./behaviour.ts";
import { openScene, type Scene } from "./scene.ts";
import type { ProviderSubject, RunningOAuthProvider, RunningProvider } from "./subject.ts";

/** How accounts are connected on a consent page, by what it is about. */
const OAUTH_BEHAVIOURS = {
  "consent": CONSENT,
  "refreshing a token": REFRESH,
};

/** Every other behaviour, by what it is about. */
const BEHAVIOURS = {
  "calendars": CALENDARS,
  "ids of calendars": CALENDAR_IDS,
  "what an event says": EVENT_CONTENT,
  "when an event reminds": REMINDERS,
  "reminders that are reapplied": REAPPLIED_REMINDERS,
  "when an event is": EVENT_TIMES,
  "the life of an event": EVENT_LIFE,
  "removing events": REMOVALS,
  "finding our own events": OWN_EVENTS,
  "calendars that several write to": SHARED_CALENDARS,
  "listings": LISTINGS,
  "what changed in a calendar": CHANGES,
  "listings of changes": CHANGE_LISTINGS,
  "updates of a known version": CONDITIONAL_UPDATES,
  "channels": CHANNELS,
  "test events": TEST_EVENTS,
  "sequences of changes": SEQUENCES,
  "batches": BATCHES,
  "interrupted batches": INTERRUPTIONS,
  "quotas": QUOTAS,
  "failures": FAILURES,
  "without a batch endpoint": WITHOUT_BATCH,
};

/** Registers the behaviours that every provider with a consent page has to have, on one of them. */
export function testOAuthConformance(subject: ProviderSubject<RunningOAuthProvider>): void {
  testTopics(subject, OAUTH_BEHAVIOURS);
  testConformance(subject);
}

/** Registers the behaviours that every provider has to have, on one of them. */
export function testConformance(subject: ProviderSubject): void {
  testTopics(subject, BEHAVIOURS);
}

function testTopics<R extends RunningProvider>(
  subject: ProviderSubject<R>,
  topics: Readonly<Record<string, readonly Behaviour<Scene & R>[]>>,
): void {
  for (const [topic, behaviours] of Object.entries(topics)) {
    Deno.test({
      name: `${subject.name}: ${topic}`,
      // Connections that the clients keep open outlive a step, and end with the emulator.
      sanitizeOps: false,
      sanitizeResources: false,
      fn: async (t) => {
        const scene = await openScene(subject);
        try {
          for (const { name, concerns, run } of behaviours) {
            await t.step({
              name,
              ignore: concerns !== undefined && !concerns(scene.traits),
              fn: async () => {
                scene.reset();
                await run(scene);
              },
            });
          }
        } finally {
          await scene.close();
        }
      },
    });
  }
}
