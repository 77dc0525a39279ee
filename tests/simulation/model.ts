/** What a user says an obligation is. */
export interface Content {
  readonly title: string;
  readonly due: "none" | "day" | "instant";
  /** Which day, counted from {@link FIRST_DAY}. */
  readonly day: number;
  readonly status: "pending" | "in_progress" | "completed" | "cancelled";
}

export interface ModelObligation extends Content {
  readonly id: string;
  readonly user: number;
}

/** An event that a calendar should show. */
export interface Expected {
  readonly title: string;
  readonly start: string | number;
}

const FIRST_DAY = Date.UTC(2027, 0, 1);
const DAY_MS = 86_400_000;

/** A calendar date. */
export function dateOf({ day }: Content): string {
  return new Date(FIRST_DAY + day * DAY_MS).toISOString().slice(0, 10);
}

/** Which day a calendar date is. */
export function dayOf(date: string): number {
  return (Date.parse(date) - FIRST_DAY) / DAY_MS;
}

/** Nine o'clock on the day, in UTC. */
export function instantOf({ day }: Content): number {
  return FIRST_DAY + day * DAY_MS + 9 * 3_600_000;
}

/** What a calendar should show of an obligation; null: nothing. */
export function expectedEvent(
  content: Content,
  completed_events: "keep" | "remove",
): Expected | null {
  if (content.due === "none" || content.status === "cancelled") return null;
  if (content.status === "completed" && completed_events === "remove") return null;
  return {
    title: content.status === "completed" ? `✓ ${content.title}` : content.title,
    start: content.due === "day" ? dateOf(content) : instantOf(content),
  };
}

/** What the users of a history want, apart from any calendar. */
export class Model {
  /** By their place in the history, not by id: a deleted one's place is taken by another one. */
  readonly obligations = new Map<number, ModelObligation>();
  /** Everything that an obligation ever was, by id. */
  readonly #contents = new Map<string, Content[]>();
  /** By account and obligation: what the obligation had been when its owner deleted the event. */
  readonly #deletions = new Map<string, readonly Content[]>();

  set(place: number, obligation: ModelObligation): void {
    this.obligations.set(place, obligation);
    this.#contents.set(obligation.id, [...this.#contents.get(obligation.id) ?? [], obligation]);
  }

  /** The owner of an account deleted an event there. */
  noteDeletion(account_id: string, obligation_id: string): void {
    this.#deletions.set(`${account_id} ${obligation_id}`, this.#contents.get(obligation_id) ?? []);
  }

  /**
   * Whether the event may be away: its owner deleted it, and the obligation is as it was at some time before that, so
   * that nothing has to tell us.
   */
  mayBeAway(account_id: string, obligation_id: string, expected: Expected): boolean {
    const before = this.#deletions.get(`${account_id} ${obligation_id}`) ?? [];
    return before.some((content) =>
      (["keep", "remove"] as const).some((completed) => {
        const shown = expectedEvent(content, completed);
        return shown?.title === expected.title && shown.start === expected.start;
      })
    );
  }
}
