import { both, called, type Case, type Cell, noted, type Provider, pulled, shown } from "./cells.ts";

const TWO_WAY = "integration/two-way";
const CHANNELS = "integration/channels";
const LISTINGS = "integration/providers/behaviours/change-listings.ts";

/** By the tick, without a call of anybody: what a poll is. */
const BY_THE_TICK = shown(`${TWO_WAY}/calendars.test.ts`, "the tick finds an edit that nobody tells of");

const NO_CURSOR: Cell = {
  kind: "limit",
  says:
    "the tokens of Graph 1.0 are for a window of dates, and by its reference for the primary calendar alone: so we list the calendar as a whole each time, and no token can end",
  sources: [
    "https://learn.microsoft.com/graph/api/event-delta?view=graph-rest-1.0",
    "https://learn.microsoft.com/graph/delta-query-events",
  ],
};

/** A test of the providers that refuse to write to a version that we do not know. */
function shownWhereRefused(file: string, title: string): Readonly<Record<Provider, Cell>> {
  return {
    google: shown(file, title),
    outlook: {
      kind: "limit",
      says:
        "Graph documents no condition on an update: a move that nobody has read yet is written over unseen",
      sources: ["https://learn.microsoft.com/graph/api/event-update"],
    },
    caldav: shown(file, title),
  };
}

const DRAGGED_IN_SIGHT = shown(
  `${TWO_WAY}/other-calendar.test.ts`,
  "stands in ours alone again, and its user is told",
  "is followed by what changes before that is read, and then comes back",
  "dragged again it stays there, as one that was deleted twice stays away",
);

const DRAGGED = noted(
  "where we may only see our own calendar the event stays in the other one, too",
  both(
    DRAGGED_IN_SIGHT,
    shown(
      `${TWO_WAY}/other-calendar.test.ts`,
      "comes back to ours, stays behind where it is, and its user is told",
    ),
  ),
);

const UNKNOWN_CALLS = shown(
  `${CHANNELS}/calls.test.ts`,
  "what is not known does nothing: another token, resource or provider, a channel that was ended",
);

/** What users and providers do, and what shows that it is answered. */
export const CASES: readonly Case[] = [
  pulled(
    "moved to another day",
    "put back at once under its id, proposed to its user, and in the evidence",
    shown(
      `${TWO_WAY}/moves.test.ts`,
      "it is back on its deadline under the same id, and its user is asked",
      "the evidence says what the event showed meanwhile",
    ),
  ),
  pulled(
    "moved, and the calendar keeps moves",
    "it stays, and its description says the legal date",
    shown(
      `${TWO_WAY}/keep.test.ts`,
      "its description says the legal date, and other changes leave it there",
      "reminders that are set anew are those of the time that it shows",
      "a new deadline moves it and supersedes the proposal",
      "a later move supersedes the earlier one",
      "moved back by its user, nothing is left to decide",
    ),
  ),
  pulled(
    "moved, and the calendar ignores moves",
    "it is a proposal, and the next change puts it back",
    shown(`${TWO_WAY}/ignore.test.ts`, "it is a proposal, and the next change puts it back"),
  ),
  pulled(
    "moved, and the calendar accepts moves",
    "the deadline follows as far as its user may change it, and can be taken back",
    both(
      shown(
        `${TWO_WAY}/accept.test.ts`,
        "as its user, and the event stays",
        "where the user may not change the obligation, the event is put back",
      ),
      shown(`${TWO_WAY}/decisions.test.ts`, "the deadline follows the event, and a notice undoes it"),
    ),
  ),
  pulled(
    "moved to another hour, in another zone",
    "proposed and accepted in its own zone",
    shown(
      `${TWO_WAY}/zones.test.ts`,
      "is proposed and accepted in its own time zone, by whatever name the provider knows that",
    ),
  ),
  pulled(
    "resized",
    "it gets its length back; nothing is proposed, since the deadline is its beginning",
    shown(
      `${TWO_WAY}/other-edits.test.ts`,
      "one that was made longer gets its length back, under the same id",
    ),
  ),
  pulled(
    "all-day made timed, and timed made all-day",
    "put back as it was",
    both(
      shown(`${TWO_WAY}/moves.test.ts`, "one that was made timed is all-day again"),
      shown(`${TWO_WAY}/other-edits.test.ts`, "one that was timed and made all-day is timed again"),
    ),
  ),
  pulled(
    "retitled, another reminder",
    "no edit: the title is written over by the next change, the reminder is theirs",
    shown(`${TWO_WAY}/meanwhile.test.ts`, "reminders and titles of its user are no edits"),
  ),
  pulled(
    "coloured or put into a category",
    "theirs for ever",
    shown(`${TWO_WAY}/other-edits.test.ts`, "a colour is its user's, and writes nothing"),
  ),
  pulled(
    "deleted once",
    "restored in the pull that finds it gone, with a notice",
    shown(
      `${TWO_WAY}/deletions.test.ts`,
      "the pull that finds it gone restores it and tells its user",
      "a deletion of another deadline is a first one",
    ),
  ),
  pulled(
    "deleted, and taken back at once",
    "nothing happened",
    shown(
      `${TWO_WAY}/other-edits.test.ts`,
      "a deletion that is taken back before anybody looked does not count",
    ),
  ),
  pulled(
    "deleted, restored by us, and then taken back",
    "the original stands, and the copy goes",
    shown(
      `${TWO_WAY}/deletions.test.ts`,
      "where its user takes the deletion back, the original stands and the copy goes",
      "where its user takes the second deletion back, it is shown again",
    ),
  ),
  pulled(
    "deleted again",
    "hidden until its deadline changes",
    shown(`${TWO_WAY}/deletions.test.ts`, "deleted again it stays away, and everybody says so"),
  ),
  pulled(
    "deleted just before its obligation changes",
    "the change brings it back, and its user is told",
    shown(
      `${TWO_WAY}/deleted-before-write.test.ts`,
      "another title brings it back, and its user is told",
      "another deadline shows it on its new day",
      "put back after another deadline, it is the only one, on its new day",
      "deleted a second time, it stays away until its deadline changes",
    ),
  ),
  pulled(
    "moved to another calendar of the account",
    "it stands in ours again, and in the other one no more where we may see that",
    {
      google: DRAGGED,
      outlook: noted("Outlook says of our event where it is, whatever was granted", DRAGGED_IN_SIGHT),
      caldav: DRAGGED,
    },
  ),
  pulled(
    "guests invited",
    "kept; the event is put back in place, and never made anew",
    shown(`${TWO_WAY}/theirs.test.ts`, "an event with guests keeps them, and its id, when it is put back"),
  ),
  pulled(
    "made a series",
    "left, where its first occurrence is on the deadline; moved, it is put back and proposed",
    shown(
      `${TWO_WAY}/theirs.test.ts`,
      "a series that begins on the deadline stays one",
      "a series that was moved is put back, under the same id, and proposed",
    ),
  ),
  pulled(
    "copied",
    "the copy is the user's, and does not stand for the original",
    shown(
      `${TWO_WAY}/theirs.test.ts`,
      "a copy stays, moved or not, and the search for orphans leaves it",
      "a copy does not stand for the original that is deleted",
    ),
  ),
  pulled(
    "events of the user's own",
    "none of ours",
    shown(`${TWO_WAY}/theirs.test.ts`, "its own events are none of ours"),
  ),
  pulled(
    "many moved or deleted at once, as by an import",
    "the calendar is paused and asks; resumed, each counts singly",
    both(
      shown(
        `${TWO_WAY}/mass.test.ts`,
        "more than 25 and a fifth pause the calendar, and nothing is written or proposed",
        "resumed, each is treated by itself",
        "as many as are let go need no question",
      ),
      shown(
        `${TWO_WAY}/mass-import.test.ts`,
        "it asks first, and writes nothing",
        "resumed, each is put back under its id, and proposed once",
      ),
    ),
  ),
  pulled(
    "the whole calendar deleted",
    "`calendar_missing`, and no event counts as deleted",
    both(
      shown(
        `${TWO_WAY}/calendars.test.ts`,
        "a calendar that is deleted as a whole is missing, and none of its events was deleted",
      ),
      shown(LISTINGS, "where the calendar is gone it is missing, with a cursor and without"),
    ),
  ),
  pulled(
    "a completed obligation's event moved",
    "put back with its sign",
    shown(`${TWO_WAY}/meanwhile.test.ts`, "a completed obligation is put back with its mark"),
  ),
  pulled(
    "moved or deleted, and its obligation is cancelled",
    "it goes, and nobody is told",
    shown(`${TWO_WAY}/meanwhile.test.ts`, "what is to go goes, moved or deleted"),
  ),
  pulled(
    "moved just before its title changes",
    "the change wins, and the move is not forgotten",
    shownWhereRefused(
      `${TWO_WAY}/meanwhile.test.ts`,
      "a new title goes over a move, and the move is not forgotten",
    ),
  ),
  pulled(
    "moved after a write of which the answer was lost",
    "the move is told from that write, and is not forgotten",
    shownWhereRefused(
      `${TWO_WAY}/meanwhile.test.ts`,
      "what is moved after a write without an answer is not forgotten (…)",
    ),
  ),
  pulled(
    "moved just before its reminders are set anew",
    "the reminders are set, and the move is put back and proposed",
    shown(
      `${TWO_WAY}/meanwhile.test.ts`,
      "a move is seen although its reminders were set anew before anybody read it",
    ),
  ),
  pulled(
    "moved just before its deadline changes",
    "the new deadline wins; where both agree, nothing is left to decide",
    shown(
      `${TWO_WAY}/meanwhile.test.ts`,
      "a new deadline goes over a move, and there is nothing to decide",
      "moved to where its deadline goes, it is in line",
    ),
  ),
  pulled("moved again while it is put back", "the second move is put back, too", {
    google: shown(
      `${TWO_WAY}/other-edits.test.ts`,
      "an edit while an earlier one is put back is put back, too",
    ),
    outlook: noted(
      "the second move may be written over unseen: Graph documents no condition on an update",
      shown(
        `${TWO_WAY}/other-edits.test.ts`,
        "an edit while an earlier one is put back is put back, too",
      ),
    ),
    caldav: shown(
      `${TWO_WAY}/other-edits.test.ts`,
      "an edit while an earlier one is put back is put back, too",
    ),
  }),
  pulled(
    "moved each time by another program",
    "the third restore is the last, and its user is told",
    shown(`${TWO_WAY}/meanwhile.test.ts`, "another program that moves it each time is not fought"),
  ),
  pulled(
    "edited by a delegate or another application",
    "as if its user had: no listing says reliably who it was, and only its user can decide",
    shown(
      `${TWO_WAY}/delegates.test.ts`,
      "a move is put back, and the calendar's own user alone is asked",
      "a deletion is taken back, and the calendar's own user is told",
    ),
  ),
  pulled(
    "two calendars of one user",
    "each is put back and asked about by itself; where both show the same move, accepting one supersedes the other",
    shown(
      `${TWO_WAY}/calendars.test.ts`,
      "the same move in two calendars of one user is put back in both, and asked in both",
      "an edit in one of two calendars of a user leaves the other one",
    ),
  ),
  pulled(
    "decided on the page",
    "every calendar follows the decision, and its undoing",
    shown(
      `${TWO_WAY}/decisions.test.ts`,
      "accepted, its event stands where it was moved, and nothing more is asked",
      "taken back, its event is back, and the proposal is open",
      "dismissed, nothing changes, and the next move asks again",
      "a new deadline supersedes it",
    ),
  ),
  pulled(
    "disconnected with open proposals",
    "nothing is left to decide",
    shown(
      `${TWO_WAY}/calendars.test.ts`,
      "who leaves has nothing left to decide, and what is hidden does not hold that up",
    ),
  ),
  pulled(
    "a feed beside a calendar that keeps moves",
    "the feed shows the legal date",
    shown(`${TWO_WAY}/calendars.test.ts`, "a feed shows the legal date, wherever the event stands"),
  ),
  pulled(
    "an old page of a listing",
    "a version that we know is no edit",
    noted(
      "versions are compared by one function for all providers",
      shown("unit/functions/domain/edits.test.ts", "the version before, on a late page"),
    ),
  ),
  pulled(
    "a listing that lags behind a write",
    "nothing is restored or told: an absence is confirmed first",
    shown(
      `${TWO_WAY}/listing-lag.test.ts`,
      "restores nothing, writes nothing, and tells nobody",
      "a deletion among what it leaves out is one",
      "after an import it is no mass deletion",
    ),
  ),
  pulled(
    "a cursor that is lost",
    "everything is listed, and what is missing was deleted",
    shown(
      `${TWO_WAY}/calendars.test.ts`,
      "a calendar whose cursor is lost is listed as a whole, and what is missing was deleted",
    ),
  ),
  pulled("a token that ends, also in the middle of paging", "everything is listed, in the same pull", {
    google: shown(
      LISTINGS,
      "a cursor that has expired leads to everything, in the same call",
      "the same where it expires between two pages of news",
    ),
    outlook: NO_CURSOR,
    caldav: shown(
      LISTINGS,
      "a cursor that has expired leads to everything, in the same call",
      "the same where it expires between two pages of news",
    ),
  }),
  pulled(
    "edits while pages are read",
    "told then or the next time",
    shown(LISTINGS, "what is changed while pages are read is told then or the next time"),
  ),
  pulled(
    "a worker that dies while it reads",
    "it has read nothing, and the next one reads it all",
    shown(`${TWO_WAY}/calendars.test.ts`, "a worker that dies while it reads has read nothing"),
  ),
  called(
    "nobody tells of an edit, or the call is lost",
    "the poll finds it",
    shown(`${CHANNELS}/moves.test.ts`, "where calls are lost the poll finds it"),
    BY_THE_TICK,
  ),
  called(
    "calls that are doubled, late or out of order",
    "one edit, one answer",
    shown(`${CHANNELS}/moves.test.ts`, "where calls are …, too"),
    noted("a poll needs no call", BY_THE_TICK),
  ),
  called(
    "a call during a pull",
    "the calendar is read once more",
    both(
      shown(
        `${CHANNELS}/moves.test.ts`,
        "each of many moves in quick succession, some of them while the calendar is read",
      ),
      shown(`${CHANNELS}/calls.test.ts`, "a call during a pull has the calendar read once more"),
    ),
    noted("a poll needs no call", BY_THE_TICK),
  ),
  called(
    "a call for a channel that was replaced and has not ended yet",
    "it counts: the calendar is read",
    shown(
      `${CHANNELS}/calls.test.ts`,
      "a channel that was replaced and is still to be stopped has the calendar read, once it has ended it does nothing",
    ),
    noted("a poll needs no call", BY_THE_TICK),
  ),
  called(
    "a call for a channel that was ended, or is somebody else's",
    "answered alike, and nothing happens",
    {
      google: both(
        UNKNOWN_CALLS,
        shown(
          `${CHANNELS}/webhook.test.ts`,
          "what is not known is answered with the same bytes, and does nothing",
          "a channel that was ended is not known any more",
        ),
      ),
      outlook: both(
        UNKNOWN_CALLS,
        shown(
          `${CHANNELS}/webhook.test.ts`,
          "a forged call of Microsoft is answered with the same bytes, and does nothing",
        ),
      ),
    },
    noted("a poll needs no call", BY_THE_TICK),
  ),
  called(
    "pg_net is dead",
    "seen as soon as that is back",
    shown(`${CHANNELS}/moves.test.ts`, "where pg_net is dead it is seen as soon as that is back"),
    shown(
      `${TWO_WAY}/other-edits.test.ts`,
      "where pg_net is dead the poll sees it as soon as that is back",
    ),
  ),
];
