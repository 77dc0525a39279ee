/** What becomes of a call: it is noted now, in a moment, with one that waits for that already, or not at all. */
export type Admission = "now" | "soon" | "with_another" | "never";

/** How many calls are let through to the database. */
export interface Admissions {
  /** Of a channel whose token we made: none of its changes is lost, however many come. */
  ofChannel(channel_id: string): Admission;
  /** What was to be noted soon is being noted: a call that comes now may be of something newer. */
  isBeingNoted(channel_id: string): void;
  /** Of all others together. */
  ofUnknown(): Admission;
}

/** As Google and Graph send them: a few for each edit. A pull reads all that changed, so twenty are as good as a thousand. */
const CHANNEL_CALLS = 20;
const UNKNOWN_CALLS = 200;
/** Within this time. */
const WINDOW_MS = 10_000;

/**
 * Counts calls in the memory of this process: nobody waits for a lock, and what several processes let through is little too.
 *
 * @param now monotonic clock, in milliseconds
 */
export function createAdmissions(now: () => number = () => performance.now()): Admissions {
  let window_began_at = -Infinity;
  let unknown = 0;
  const of_channel = new Map<string, number>();
  const waiting = new Set<string>();
  const beginWindow = () => {
    if (now() - window_began_at < WINDOW_MS) return;
    window_began_at = now();
    unknown = 0;
    of_channel.clear();
  };
  return {
    ofChannel(channel_id) {
      beginWindow();
      const calls = (of_channel.get(channel_id) ?? 0) + 1;
      of_channel.set(channel_id, calls);
      if (calls <= CHANNEL_CALLS) return "now";
      if (waiting.has(channel_id)) return "with_another";
      waiting.add(channel_id);
      return "soon";
    },
    isBeingNoted: (channel_id) => {
      waiting.delete(channel_id);
    },
    ofUnknown() {
      beginWindow();
      unknown++;
      return unknown <= UNKNOWN_CALLS ? "now" : "never";
    },
  };
}
