import fc from "fast-check";
import {
  CALENDAR_EDITS,
  type CalendarEdits,
} from "../../supabase/functions/_shared/domain/calendar-edits.ts";
import { type Fault, FAULTS } from "./faults.ts";
import { type Move, PLACES, type PlayedAccount, PROCESSES } from "./operations.ts";

/** One user at each provider: what is accepted in one calendar moves the deadline in all of them. */
export const EDIT_ACCOUNTS: readonly PlayedAccount[] = [
  { user: 0, provider: "google" },
  { user: 0, provider: "outlook" },
  { user: 0, provider: "caldav" },
];

/** What the owner of an account does to the event of an obligation. */
export type Edit = "move" | "rename" | "lengthen" | "repeat" | "invite" | "delete" | "put_back" | "copy";

/** One step of a history of edits: what it shares with other histories, and what users do in their calendars. */
export type EditMove =
  | Extract<Move, { kind: "write" | "status" | "work" | "step" | "sync_now" | "tick" }>
  | {
    readonly kind: "edit";
    readonly account: number;
    readonly place: number;
    readonly edit: Edit;
    readonly day: number;
    /** Whether the provider calls; else something else has to find it. */
    readonly calls: boolean;
  }
  /** Another title, and nothing else. */
  | { readonly kind: "title"; readonly place: number; readonly title: string }
  /** Everybody goes on to the end, and time goes by. */
  | { readonly kind: "pass" }
  /** Listings leave out what was just written, or no longer. */
  | { readonly kind: "lag"; readonly account: number; readonly lags: boolean }
  /** What was listed before is not known any more. */
  | { readonly kind: "cursors_end"; readonly account: number };

/** Half of them are without faults, so that each edit can be expected to be seen. */
export interface EditHistory {
  readonly lenient: boolean;
  /** What becomes of moves, by account. */
  readonly modes: readonly CalendarEdits[];
  readonly chance: number;
  readonly moves: readonly EditMove[];
}

/** Days that no obligation is due on. */
const EDIT_DAYS = { min: 10, max: 14 } as const;

const account = fc.nat(EDIT_ACCOUNTS.length - 1);
const place = fc.nat(PLACES - 1);
const process = fc.nat(PROCESSES - 1);
const mode = fc.constantFrom(...CALENDAR_EDITS);

const anyEdit = fc.record({
  kind: fc.constant("edit" as const),
  account,
  place,
  edit: fc.oneof(
    { weight: 3, arbitrary: fc.constant<Edit>("move") },
    { weight: 4, arbitrary: fc.constantFrom<Edit>("rename", "delete", "put_back", "copy") },
    { weight: 1, arbitrary: fc.constantFrom<Edit>("lengthen", "repeat", "invite") },
  ),
  day: fc.integer(EDIT_DAYS),
  calls: fc.boolean(),
});

/** @param fault what a step can meet */
function anyEditMove(fault: fc.Arbitrary<Fault | null>): fc.Arbitrary<EditMove> {
  return fc.oneof(
    {
      weight: 40,
      arbitrary: fc.record({
        kind: fc.constant("step" as const),
        pick: fc.nat(11),
        times: fc.integer({ min: 1, max: 5 }),
        fault,
      }),
    },
    { weight: 18, arbitrary: fc.record({ kind: fc.constant("work" as const), process }) },
    {
      weight: 10,
      arbitrary: fc.record({
        kind: fc.constant("write" as const),
        place,
        user: fc.constant(0),
        content: fc.record({
          title: fc.constantFrom("A", "B", "C", "D"),
          due: fc.constantFrom("day" as const, "day" as const, "instant" as const),
          day: fc.nat(2),
          status: fc.constant("pending" as const),
        }),
      }),
    },
    {
      weight: 8,
      arbitrary: fc.record({
        kind: fc.constant("title" as const),
        place,
        title: fc.constantFrom("E", "F", "G", "H"),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant("status" as const),
        place,
        status: fc.constantFrom("pending" as const, "completed" as const, "cancelled" as const),
      }),
    },
    { weight: 16, arbitrary: anyEdit },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant("lag" as const), account, lags: fc.boolean() }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant("cursors_end" as const), account }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant("sync_now" as const), user: fc.nat(1) }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant("tick" as const) }) },
    { weight: 10, arbitrary: fc.record({ kind: fc.constant("pass" as const) }) },
  );
}

/** Two edits in one calendar, of which the provider tells: the second while the calendar is read, and another worker comes then. */
const anyMeeting: fc.Arbitrary<readonly EditMove[]> = fc.record({
  edits: fc.tuple(anyEdit, anyEdit),
  account,
  processes: fc.tuple(process, process),
  steps: fc.integer({ min: 1, max: 4 }),
}).map(({ edits: [first, second], account, processes: [reads, comes], steps }) => [
  { ...first, account, calls: true },
  { kind: "work", process: reads },
  { kind: "step", pick: 0, times: steps, fault: null },
  { ...second, account, calls: true },
  { kind: "work", process: comes },
  { kind: "step", pick: 1, times: 1, fault: null },
]);

/** The event of an obligation is deleted, and once more when it is back. */
const anySecondDeletion: fc.Arbitrary<readonly EditMove[]> = fc.record({ account, place, process }).map(
  ({ process, ...whose }) => {
    const deletion = { kind: "edit", ...whose, edit: "delete", day: EDIT_DAYS.min, calls: true } as const;
    const works: readonly EditMove[] = [{ kind: "work", process }, { kind: "pass" }];
    // It is read, and what was just written settles before it is restored.
    return [...works, deletion, ...works, ...works, deletion, ...works];
  },
);

/** An obligation changes, a call of the worker that writes it meets a fault, and its owner edits the event beside that. */
const anyLoss: fc.Arbitrary<readonly EditMove[]> = fc.record({
  place,
  title: fc.constantFrom("I", "J"),
  day: fc.nat(2),
  is_new_deadline: fc.boolean(),
  process,
  fault: fc.constantFrom<Fault>("crash-after", "lost-after", "unavailable-after", "lost-before"),
  steps: fc.integer({ min: 2, max: 5 }),
  edit: anyEdit,
  is_edited_first: fc.boolean(),
}).map(({ place, title, day, is_new_deadline, process, fault, steps, edit, is_edited_first }) => {
  const content = { title, due: "day", day, status: "pending" } as const;
  const theirs: EditMove = { ...edit, place };
  return [
    is_new_deadline ? { kind: "write", place, user: 0, content } : { kind: "title", place, title },
    ...(is_edited_first ? [theirs] : []),
    { kind: "work", process },
    { kind: "step", pick: 0, times: steps, fault },
    ...(is_edited_first ? [] : [theirs]),
  ];
});

function historyWith(
  fault: fc.Arbitrary<Fault | null>,
  ...others: readonly fc.WeightedArbitrary<readonly EditMove[]>[]
): fc.Arbitrary<EditHistory> {
  return fc.record({
    lenient: fc.boolean(),
    modes: fc.tuple(mode, mode, mode),
    chance: fc.nat(),
    moves: fc.array(
      fc.oneof(
        { weight: 15, arbitrary: anyEditMove(fault).map((move) => [move]) },
        { weight: 1, arbitrary: anyMeeting },
        { weight: 1, arbitrary: anySecondDeletion },
        ...others,
      ),
      { minLength: 1, maxLength: 60, size: "max" },
    ).map((moves) => moves.flat()),
  });
}

const anyFault = fc.oneof(
  { weight: 2, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: fc.constantFrom(...FAULTS) },
);

export const anyEditHistory: fc.Arbitrary<EditHistory> = fc.oneof(
  { weight: 1, arbitrary: historyWith(fc.constant(null)) },
  { weight: 1, arbitrary: historyWith(anyFault, { weight: 2, arbitrary: anyLoss }) },
);

/** One step in words. */
export function editMoveInWords({ kind, ...details }: EditMove): string {
  const words = Object.entries(details).map(([name, value]) =>
    `${name} ${typeof value === "object" ? JSON.stringify(value) : value}`
  );
  return [kind, ...words].join(" ");
}

/** A history as a person reads it, one line a step. */
export function editsInWords({ lenient, modes, moves }: EditHistory): string {
  const calendars = EDIT_ACCOUNTS.map(({ provider }, index) => `${provider} ${modes[index]}`).join(", ");
  return [
    `providers: ${lenient ? "lenient" : "strict"}`,
    `moves: ${calendars}`,
    ...moves.map(editMoveInWords),
  ]
    .map((line) => `  ${line}`).join("\n");
}
