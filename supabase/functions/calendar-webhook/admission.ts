/** What becomes of a call: it is noted now, in a moment, with one that waits for that already, or not at all. */
export type Admission = "now" | "soon" | "with_another" | "never";

/** How many calls are let through to the database. */
export interface Admissions {
  /**
   * Of a channel whose token we made: none of its changes is lost, however many come.
   *
   * @param what the channel and what is said of it: many changes do not keep its end from being noted
   */
  ofChannel(what: string): Admission;
  /** What was to be noted soon is being noted: a call that comes now may be of something newer. */
  isBeingNoted(what: string): void;
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
    ofChannel(what) {
      beginWindow();
      const calls = (of_channel.get(what) ?? 0) + 1;
      of_channel.set(what, calls);
      if (calls <= CHANNEL_CALLS) return "now";
      if (waiting.has(what)) return "with_another";
      waiting.add(what);
      return "soon";
    },
    isBeingNoted: (what) => {
      waiting.delete(what);
    },
    ofUnknown() {
      beginWindow();
      unknown++;
      return unknown <= UNKNOWN_CALLS ? "now" : "never";
    },
  };
}
