import type { CallBudget } from "./call-budget.ts";
import type { CalendarAnswer } from "./calendar-client.ts";
import type { Failure } from "./outcome.ts";

/** Half a listing looks like one of a calendar that holds less: it is nothing. */
const NOT_FINISHED: Failure = { kind: "retry", reason: "listing_not_finished", after_s: null };

/**
 * Runs a listing of any number of pages, as long as there are calls and time.
 *
 * @param listing yields one call a page, and whatever else it has to ask
 * @param options.send makes a call; aborted by `signal`
 * @returns `retry` where the budget was spent, or `signal` aborted, before the listing came to its end
 */
export async function runListing<Call, Answer, T>(
  listing: Generator<Call, CalendarAnswer<T>, Answer>,
  { send, budget, signal }: {
    readonly send: (call: Call) => Promise<Answer>;
    readonly budget: CallBudget;
    readonly signal: AbortSignal;
  },
): Promise<CalendarAnswer<T>> {
  let step = listing.next();
  while (!step.done) {
    if (budget.left === 0 || signal.aborted) return NOT_FINISHED;
    budget.spend(1);
    const answer = await send(step.value);
    if (signal.aborted) return NOT_FINISHED;
    step = listing.next(answer);
  }
  return step.value;
}

/**
 * Asks about one item after the other.
 *
 * @returns an answer an item, in their order; or the first failure
 */
export function* askEach<Item, Call, Answer, T>(
  items: readonly Item[],
  ask: (item: Item) => Generator<Call, CalendarAnswer<T>, Answer>,
): Generator<Call, CalendarAnswer<readonly T[]>, Answer> {
  const values: T[] = [];
  for (const item of items) {
    const answer = yield* ask(item);
    if (answer.kind !== "done") return answer;
    values.push(answer.value);
  }
  return { kind: "done", value: values };
}

/**
 * What to make of the answer to a further page, where the first one was answered: a refusal can only be about the
 * place to go on from, which has expired. Whether the calendar is gone, the first page of the next attempt tells.
 *
 * @returns null where it is another answer
 */
export function expiredPage(answer: Failure | { readonly kind: "ok" }): Failure | null {
  return answer.kind === "rejected" || answer.kind === "gone"
    ? { kind: "retry", reason: answer.reason, after_s: null }
    : null;
}
