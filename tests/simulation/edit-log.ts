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
  /** What was deleted last and may be put back; null: nothing, or the obligation has changed since. */
  deleted: DeletedEvent | null;
  /** The day of a move that has to become a proposal: nothing has happened since that may hide it. Null: none. */
  unseen_day: string | null;
}

/** What the owners of accounts did in their calendars. */
export class EditLog {
  readonly stories = new Map<string, EditStory>();
  /** Copies as their owners made them, by account and id. */
  readonly copies = new Map<string, ShownEvent>();

  /** Accounts whose provider did not call when something was done there. */
  readonly uncalled = new Set<number>();

  storyOf(account: number, obligation_id: string): EditStory {
    const key = `${account} ${obligation_id}`;
    const story = this.stories.get(key) ??
      { days: [], titles: [], deletions: 0, deleted: null, unseen_day: null };
    this.stories.set(key, story);
    return story;
  }

  /**
   * The obligation changes in its host.
   *
   * @param overwrites_unseen whether an account's provider cannot refuse a write to a version that we do not know
   */
  noteChange(
    obligation_id: string,
    is_new_deadline: boolean,
    overwrites_unseen: (account: number) => boolean,
  ) {
    for (const [key, story] of this.stories) {
      const [account = "", id] = key.split(" ");
      if (id !== obligation_id) continue;
      story.deleted = null;
      if (is_new_deadline || overwrites_unseen(Number(account))) story.unseen_day = null;
    }
  }
}
