/** Providers in the order of the table's columns. */
export const PROVIDERS = ["google", "outlook", "caldav"] as const;
export type Provider = typeof PROVIDERS[number];

/** How we come to read a calendar. */
export const WAYS = ["poll", "push"] as const;
export type Way = typeof WAYS[number];

/** A test by its file below `tests` and its title to the letter; `…` is what the source fills in. */
export interface TestName {
  readonly file: string;
  readonly title: string;
}

/** What shows that a case works, or why it cannot. */
export type Cell =
  | { readonly kind: "tests"; readonly tests: readonly TestName[]; readonly note: string | null }
  /** A limit of the provider, with where it is documented. */
  | { readonly kind: "limit"; readonly says: string; readonly sources: readonly string[] };

/** What a user or a provider does, and what shows of each provider and each way what becomes of it. */
export interface Case {
  readonly name: string;
  readonly then: string;
  readonly cells: Readonly<Record<Provider, Readonly<Record<Way, Cell>>>>;
}

/** Tests as a cell. */
export function shown(file: string, ...titles: readonly string[]): Cell {
  return { kind: "tests", tests: titles.map((title) => ({ file, title })), note: null };
}

/** A cell with a word about its tests. */
export function noted(note: string, cell: Cell): Cell {
  return cell.kind === "tests" ? { ...cell, note } : cell;
}

/** Tests of one cell after those of another. */
export function both(one: Cell, other: Cell): Cell {
  if (one.kind !== "tests" || other.kind !== "tests") return one;
  return { ...one, tests: [...one.tests, ...other.tests] };
}

const WITHOUT_PUSH: Cell = {
  kind: "limit",
  says:
    "no standard of CalDAV has calls: clients ask for what changed, so every calendar is polled (WebDAV-Push is a draft, and not used here)",
  sources: ["https://www.rfc-editor.org/rfc/rfc4791", "https://www.rfc-editor.org/rfc/rfc6578"],
};

/** A call leads to the pull that a poll makes, so one test of a provider stands for each case. */
const SAME_PULL = noted(
  "push only shortens the wait",
  both(
    shown("integration/channels/moves.test.ts", "it is put back within 10 s, although nobody asks for it"),
    shown("integration/channels/calls.test.ts", "a call queues a pull, at once and for a person who waits"),
  ),
);

/** A case whose pull is shown for each provider; a channel only makes it come sooner. */
export function pulled(
  name: string,
  then: string,
  poll: Cell | Readonly<Record<Provider, Cell>>,
): Case {
  const of = (provider: Provider) => "kind" in poll ? poll : poll[provider];
  return {
    name,
    then,
    cells: {
      google: { poll: of("google"), push: SAME_PULL },
      outlook: { poll: of("outlook"), push: SAME_PULL },
      caldav: { poll: of("caldav"), push: WITHOUT_PUSH },
    },
  };
}

/** A case about calls: what becomes of it with them, and that a poll needs none. */
export function called(
  name: string,
  then: string,
  push: Cell | Readonly<Record<Exclude<Provider, "caldav">, Cell>>,
  poll: Cell,
): Case {
  const of = (provider: "google" | "outlook") => "kind" in push ? push : push[provider];
  return {
    name,
    then,
    cells: {
      google: { poll, push: of("google") },
      outlook: { poll, push: of("outlook") },
      caldav: { poll, push: WITHOUT_PUSH },
    },
  };
}
