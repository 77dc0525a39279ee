import type { ShownEvent } from "./provider-accounts.ts";

/** An event that its owner may put back. */
export type DeletedEvent = Pick<ShownEvent, "calendar_id" | "event_id">;

/** What the owner of an account did to the events of an obligation. */
export interface EditStory {
  /** Days that it was moved to, in order. */
  readonly days: string[];
  /** Titles that it was given. */
  readonly titles: string[];
  deletions: number;
  put_backs: number;
  /** What was deleted last and may be put back; null: nothing, or the obligation has changed since. */
  deleted: DeletedEvent | null;
  /** The day of a move that has to become a proposal: nothing has happened since that may hide it. Null: none. */
  unseen_day: string | null;
  /** The same of a move since which nothing of the obligation has changed. */
  latest_day: string | null;
  /** How often it was deleted for its present deadline, and nothing has happened since that may hide that. After the second time it stays away. */
  seen_deletions: number;
}

/** What the owners of accounts did in their calendars. */
export class EditLog {
  readonly stories = new Map<string, EditStory>();
  /** Copies as their owners made them, by account and id. */
  readonly copies = new Map<string, ShownEvent>();
  /** Accounts whose provider did not call when something was done there. */
  readonly uncalled = new Set<number>();
  /** How often obligations changed, whoever changed them. */
  changes = 0;
  /** How often they were completed or taken up again: reminders are written by themselves. */
  completions = 0;
  /** Requests that change something in an account, by its place. */
  readonly writes = new Map<number, number>();
  /** Days that moves which were accepted gave to obligations. */
  readonly #accepted = new Map<string, Set<string>>();

  /** @param has_faults whether calls meet faults: an edit may then be taken for our own write, of which we do not know what became */
  constructor(readonly has_faults: boolean) {}

  storyOf(account: number, obligation_id: string): EditStory {
    const key = `${account} ${obligation_id}`;
    const story: EditStory = this.stories.get(key) ?? {
      days: [],
      titles: [],
      deletions: 0,
      put_backs: 0,
      deleted: null,
      unseen_day: null,
      latest_day: null,
      seen_deletions: 0,
    };
    this.stories.set(key, story);
    return story;
  }

  /** The story as far as somebody has to know of it. */
  toldOf(account: number, obligation_id: string): EditStory {
    const story = this.storyOf(account, obligation_id);
    return this.has_faults ? { ...story, unseen_day: null, latest_day: null, seen_deletions: 0 } : story;
  }

  /** The stories of an account. */
  storiesIn(account: number): readonly EditStory[] {
    return [...this.stories].filter(([key]) => key.startsWith(`${account} `)).map(([, story]) => story);
  }

  noteWrite(account: number): void {
    this.writes.set(account, (this.writes.get(account) ?? 0) + 1);
  }

  /**
   * The obligation changes, in its host or because a move is accepted.
   *
   * @param overwrites_unseen whether an account's provider cannot refuse a write to a version that we do not know
   */
  noteChange(
    obligation_id: string,
    is_new_deadline: boolean,
    overwrites_unseen: (account: number) => boolean,
  ): void {
    this.changes++;
    for (const [key, story] of this.stories) {
      const [account = "", id] = key.split(" ");
      if (id !== obligation_id) continue;
      story.deleted = null;
      story.latest_day = null;
      story.seen_deletions = 0;
      if (is_new_deadline || overwrites_unseen(Number(account))) story.unseen_day = null;
    }
  }

  /** A move to this day was accepted. */
  noteAccepted(obligation_id: string, day: string): void {
    this.#accepted.set(obligation_id, (this.#accepted.get(obligation_id) ?? new Set()).add(day));
  }

  /** Whether the obligation was due on this day because a move was accepted. */
  wasAccepted(obligation_id: string, day: string): boolean {
    return this.#accepted.get(obligation_id)?.has(day) ?? false;
  }
}
