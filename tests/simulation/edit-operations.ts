import fc from "fast-check";
import { ACCOUNTS, type Move, PLACES, PROCESSES } from "./operations.ts";

/** What the owner of an account does to the event of an obligation. */
export type Edit = "move" | "rename" | "delete" | "put_back" | "copy";

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

/** A history without faults, so that each edit can be expected to be seen. */
export interface EditHistory {
  readonly lenient: boolean;
  readonly chance: number;
  readonly moves: readonly EditMove[];
}

/** Days that no obligation is due on. */
const EDIT_DAYS = { min: 10, max: 14 } as const;

const account = fc.nat(ACCOUNTS.length - 1);
const place = fc.nat(PLACES - 1);
const process = fc.nat(PROCESSES - 1);

const anyEditMove: fc.Arbitrary<EditMove> = fc.oneof(
  {
    weight: 40,
    arbitrary: fc.record({
      kind: fc.constant("step" as const),
      pick: fc.nat(11),
      times: fc.integer({ min: 1, max: 5 }),
      fault: fc.constant(null),
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
  {
    weight: 16,
    arbitrary: fc.record({
      kind: fc.constant("edit" as const),
      account,
      place,
      edit: fc.constantFrom<Edit>("move", "move", "move", "rename", "delete", "put_back", "copy"),
      day: fc.integer(EDIT_DAYS),
      calls: fc.boolean(),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("lag" as const), account, lags: fc.boolean() }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("cursors_end" as const), account }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("sync_now" as const), user: fc.nat(1) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("tick" as const) }) },
  { weight: 10, arbitrary: fc.record({ kind: fc.constant("pass" as const) }) },
);

export const anyEditHistory: fc.Arbitrary<EditHistory> = fc.record({
  lenient: fc.boolean(),
  chance: fc.nat(),
  moves: fc.array(anyEditMove, { minLength: 1, maxLength: 70, size: "max" }),
});

/** One step in words. */
export function editMoveInWords({ kind, ...details }: EditMove): string {
  const words = Object.entries(details).map(([name, value]) =>
    `${name} ${typeof value === "object" ? JSON.stringify(value) : value}`
  );
  return [kind, ...words].join(" ");
}

/** A history as a person reads it, one line a step. */
export function editsInWords({ lenient, moves }: EditHistory): string {
  return [`providers: ${lenient ? "lenient" : "strict"}`, ...moves.map(editMoveInWords)]
    .map((line) => `  ${line}`).join("\n");
}
