import { setTimeout as delay } from "node:timers/promises";
import type { Behaviour } from "../../tests/integration/providers/behaviour.ts";
import { CHANGES } from "../../tests/integration/providers/behaviours/changes.ts";
import { CONDITIONAL_UPDATES } from "../../tests/integration/providers/behaviours/conditional-updates.ts";
import { EVENT_CONTENT } from "../../tests/integration/providers/behaviours/event-content.ts";
import { EVENT_LIFE } from "../../tests/integration/providers/behaviours/event-life.ts";
import { EVENT_TIMES } from "../../tests/integration/providers/behaviours/event-times.ts";
import { OWN_EVENTS } from "../../tests/integration/providers/behaviours/own-events.ts";
import { REAPPLIED_REMINDERS } from "../../tests/integration/providers/behaviours/reapplied-reminders.ts";
import { REMINDERS } from "../../tests/integration/providers/behaviours/reminders.ts";
import { REMOVALS } from "../../tests/integration/providers/behaviours/removals.ts";
import type { Scene } from "../../tests/integration/providers/scene.ts";
import { type Finding, holdsIf, notTried } from "./assumption.ts";
import { type Obstacle, obstacleIn } from "./obstacle.ts";

/** Of the clients' conformance suite, what can be tried with few calls in a calendar of our own, by what it is about. */
const TOPICS: Readonly<Record<string, readonly Behaviour[]>> = {
  "what an event says": EVENT_CONTENT,
  "when an event is": EVENT_TIMES,
  "when an event reminds": REMINDERS,
  "reminders that are reapplied": REAPPLIED_REMINDERS,
  "the life of an event": EVENT_LIFE,
  "removing events": REMOVALS,
  "finding our own events": OWN_EVENTS,
  "what changed in a calendar": CHANGES,
  "updates of a known version": CONDITIONAL_UPDATES,
};

const SEEN_MAX = 200;

/**
 * Runs the behaviours one after the other.
 *
 * @param report told of each that was tried
 * @returns how many need an emulator
 */
export async function runConformance(
  scene: Scene,
  signal: AbortSignal,
  report: (name: string, finding: Finding) => void,
): Promise<number> {
  let for_emulators = 0;
  for (const [topic, behaviours] of Object.entries(TOPICS)) {
    for (const { name, concerns, run } of behaviours) {
      if (signal.aborted) return for_emulators;
      if (concerns !== undefined && !concerns(scene.traits)) continue;
      let finding = await tryOnce(scene, run);
      if (finding.kind === "busy" && await waited(signal)) finding = await tryOnce(scene, run);
      if (signal.aborted) return for_emulators;
      if (finding.kind === "emulator") for_emulators++;
      else report(`${topic}: ${name}`, "seen" in finding ? finding : notTried(finding.message));
    }
  }
  return for_emulators;
}

/** Providers limit writes in quick succession; what they refuse for that is tried once more after so long. */
const BUSY_WAIT_MS = 15_000;

/** @returns false where the check ends meanwhile */
async function waited(signal: AbortSignal): Promise<boolean> {
  await delay(BUSY_WAIT_MS, null, { signal }).catch(() => {});
  return !signal.aborted;
}

async function tryOnce(scene: Scene, run: Behaviour["run"]): Promise<Finding | Obstacle> {
  scene.reset();
  try {
    await run(scene);
    return holdsIf(true, "as in the emulator");
  } catch (error: unknown) {
    return obstacleIn(error) ?? holdsIf(false, messageOf(error));
  } finally {
    await scene.close().catch(() => {});
  }
}

/** What an error says, in one line. */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > SEEN_MAX ? `${line.slice(0, SEEN_MAX)}…` : line;
}
