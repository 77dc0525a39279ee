import fc from "fast-check";
import type { ProviderName } from "../../supabase/functions/_shared/providers/registry.ts";
import { type Fault, FAULTS } from "./faults.ts";
import type { Content } from "./model.ts";

/** Places of obligations; users 0 and 1 share them. */
export const PLACES = 4;
/** An account, and whose it is. */
export interface PlayedAccount {
  readonly user: number;
  readonly provider: ProviderName;
}

/** Accounts that can be connected: the first user's at both providers, the second user's at one. */
export const ACCOUNTS: readonly PlayedAccount[] = [
  { user: 0, provider: "google" },
  { user: 0, provider: "outlook" },
  { user: 1, provider: "google" },
];
export const PROCESSES = 3;
/** In seconds: a moment, most of a lease, the end of leases, of short waits, of access tokens, of idle refresh tokens. */
const JUMPS_S = [2, 9, 20, 120, 7_200, 100 * 86_400] as const;

/** One step of a history: something that a user does, that happens at a provider, or that a worker does. */
export type Move =
  | { readonly kind: "write"; readonly place: number; readonly user: number; readonly content: Content }
  | { readonly kind: "status"; readonly place: number; readonly status: Content["status"] }
  | { readonly kind: "reassign"; readonly place: number; readonly user: number }
  | { readonly kind: "delete"; readonly place: number }
  | { readonly kind: "toggle"; readonly account: number }
  | { readonly kind: "settings"; readonly account: number; readonly completed_events: "keep" | "remove" }
  | { readonly kind: "sync_now"; readonly user: number }
  | { readonly kind: "connect"; readonly account: number }
  | { readonly kind: "disconnect"; readonly account: number; readonly events: "keep" | "remove" }
  | { readonly kind: "calendar"; readonly account: number; readonly to: "own" | "primary" }
  | { readonly kind: "event_deleted"; readonly account: number; readonly place: number }
  | { readonly kind: "calendar_deleted"; readonly account: number }
  | { readonly kind: "revoked"; readonly account: number }
  | { readonly kind: "tokens_expired"; readonly account: number }
  | { readonly kind: "work"; readonly process: number }
  | { readonly kind: "renew"; readonly process: number }
  | { readonly kind: "step"; readonly pick: number; readonly times: number; readonly fault: Fault | null }
  | { readonly kind: "jump"; readonly seconds: number }
  /** A lease ends, perhaps an obligation goes, and another process takes the lane. */
  | { readonly kind: "stolen"; readonly process: number; readonly deletes: boolean; readonly place: number }
  /** A user's transaction begins, adds obligations, and stays open. */
  | { readonly kind: "import"; readonly user: number; readonly contents: readonly Content[] }
  | { readonly kind: "import_ends"; readonly commits: boolean }
  /** A write of which the triggers do not know. */
  | { readonly kind: "unseen"; readonly place: number; readonly user: number; readonly content: Content }
  /** Calendars are searched for events that no mapping knows. */
  | { readonly kind: "search" }
  | { readonly kind: "sweep" }
  | { readonly kind: "tick" }
  | { readonly kind: "nightly" };

/** A whole history. What follows the moves is always the same: everything settles. */
export interface History {
  /** Accounts that are connected before it begins. */
  readonly connected: readonly boolean[];
  /** Whether each provider does what reports about it differ on: Google restores, Graph names existing events. */
  readonly lenient: boolean;
  readonly chance: number;
  readonly moves: readonly Move[];
}

const place = fc.nat(PLACES - 1);
const account = fc.nat(ACCOUNTS.length - 1);
const user = fc.nat(1);
const process = fc.nat(PROCESSES - 1);
const status = fc.constantFrom("pending", "completed", "cancelled", "in_progress");
const content: fc.Arbitrary<Content> = fc.record({
  title: fc.constantFrom("A", "B", "C", "D"),
  due: fc.oneof({ weight: 5, arbitrary: fc.constantFrom("day", "instant") }, {
    weight: 1,
    arbitrary: fc.constant("none"),
  }),
  day: fc.nat(2),
  status: fc.oneof({ weight: 5, arbitrary: fc.constant("pending") }, { weight: 1, arbitrary: status }),
});

/** One kind of move: how often it comes, and what belongs to it. */
function moves<T extends { readonly kind: Move["kind"] }>(weight: number, arbitrary: fc.Arbitrary<T>) {
  return { weight, arbitrary };
}

const anyMove: fc.Arbitrary<Move> = fc.oneof(
  moves(
    60,
    fc.record({
      kind: fc.constant<"step">("step"),
      pick: fc.nat(11),
      times: fc.integer({ min: 1, max: 5 }),
      fault: fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, {
        weight: 2,
        arbitrary: fc.constantFrom(...FAULTS),
      }),
    }),
  ),
  moves(22, fc.record({ kind: fc.constant<"work">("work"), process })),
  moves(14, fc.record({ kind: fc.constant<"write">("write"), place, user, content })),
  moves(5, fc.record({ kind: fc.constant<"status">("status"), place, status })),
  moves(3, fc.record({ kind: fc.constant<"reassign">("reassign"), place, user })),
  moves(6, fc.record({ kind: fc.constant<"delete">("delete"), place })),
  moves(2, fc.record({ kind: fc.constant<"toggle">("toggle"), account })),
  moves(
    2,
    fc.record({
      kind: fc.constant<"settings">("settings"),
      account,
      completed_events: fc.constantFrom("keep", "remove"),
    }),
  ),
  moves(2, fc.record({ kind: fc.constant<"sync_now">("sync_now"), user })),
  moves(4, fc.record({ kind: fc.constant<"connect">("connect"), account })),
  moves(
    3,
    fc.record({
      kind: fc.constant<"disconnect">("disconnect"),
      account,
      events: fc.constantFrom("keep", "remove"),
    }),
  ),
  moves(
    3,
    fc.record({ kind: fc.constant<"calendar">("calendar"), account, to: fc.constantFrom("own", "primary") }),
  ),
  moves(3, fc.record({ kind: fc.constant<"event_deleted">("event_deleted"), account, place })),
  moves(1, fc.record({ kind: fc.constant<"calendar_deleted">("calendar_deleted"), account })),
  moves(1, fc.record({ kind: fc.constant<"revoked">("revoked"), account })),
  moves(2, fc.record({ kind: fc.constant<"tokens_expired">("tokens_expired"), account })),
  moves(2, fc.record({ kind: fc.constant<"renew">("renew"), process })),
  moves(
    12,
    fc.record({
      kind: fc.constant<"jump">("jump"),
      seconds: fc.oneof({ weight: 4, arbitrary: fc.constantFrom(2, 9, 20) }, {
        weight: 1,
        arbitrary: fc.constantFrom(...JUMPS_S),
      }),
    }),
  ),
  moves(10, fc.record({ kind: fc.constant<"stolen">("stolen"), process, deletes: fc.boolean(), place })),
  moves(
    4,
    fc.record({
      kind: fc.constant<"import">("import"),
      user,
      contents: fc.array(content, { minLength: 1, maxLength: 3 }),
    }),
  ),
  moves(
    3,
    fc.record({
      kind: fc.constant<"import_ends">("import_ends"),
      commits: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, {
        weight: 1,
        arbitrary: fc.constant(false),
      }),
    }),
  ),
  moves(1, fc.record({ kind: fc.constant<"unseen">("unseen"), place, user, content })),
  moves(2, fc.record({ kind: fc.constant<"search">("search") })),
  moves(1, fc.record({ kind: fc.constant<"sweep">("sweep") })),
  moves(2, fc.record({ kind: fc.constant<"tick">("tick") })),
  moves(1, fc.record({ kind: fc.constant<"nightly">("nightly") })),
);

export const anyHistory: fc.Arbitrary<History> = fc.record({
  connected: fc.tuple(
    fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
    fc.boolean(),
    fc.boolean(),
  ),
  lenient: fc.boolean(),
  chance: fc.nat(),
  moves: fc.array(anyMove, { minLength: 1, maxLength: 110, size: "max" }),
});

const NAMES = ACCOUNTS.map(({ user, provider }, index) => `account${index} (user ${user}'s ${provider})`);

/** A history as a person reads it, one line a move. */
export function inWords({ connected, lenient, moves }: History): string {
  return [
    `connected: ${NAMES.filter((_, index) => connected[index]).join(", ") || "nothing"}`,
    `providers: ${lenient ? "lenient" : "strict"}`,
    ...moves.map(moveInWords),
  ].map((line) => `  ${line}`).join("\n");
}

/** One move in words. */
export function moveInWords({ kind, ...details }: Move): string {
  const words = Object.entries(details).map(([name, value]) =>
    name === "account"
      ? NAMES[Number(value)]
      : `${name} ${typeof value === "object" ? JSON.stringify(value) : value}`
  );
  return [kind, ...words].join(" ");
}
