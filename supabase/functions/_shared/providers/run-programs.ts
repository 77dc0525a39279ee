import type { CallBudget } from "./call-budget.ts";
import type { ChangeResult } from "./calendar-client.ts";
import { concernsWholeIntegration, type Outcome } from "./outcome.ts";

/**
 * A change as the calls that it takes: it yields one call, is told the answer, and goes on from there. So the same
 * change can be made call by call or together with others, and two calls to one event are never under way at once.
 */
export type Program<Call, Answer> = Generator<Call, Outcome, Answer>;

/** After so many failures in a row, without a success between, the provider is down: leave the rest alone. */
const FAILURES_IN_A_ROW_MAX = 3;
/** A provider that takes long for every answer does not hold a worker's place for hundreds of them. */
const BEGIN_FOR_MS = 10_000;

/**
 * Runs programs in groups: in each round the next call of every program of a group is sent together with the others'. No group is begun
 * once 10 s are over, but the first ones; what was begun goes on to its end, so that every run gets somewhere.
 *
 * @param options.send makes calls that do not depend on each other; one answer a call, in their order
 * @param options.group_size programs whose calls are sent together
 * @param options.groups_at_once groups that are under way side by side
 * @param options.now monotonic clock, in milliseconds
 * @returns one result a program, in order
 */
export async function runPrograms<
  Call extends { readonly method: string },
  Answer extends { readonly kind: string },
>(
  programs: readonly Program<Call, Answer>[],
  options: {
    readonly send: (calls: readonly Call[]) => Promise<readonly Answer[]>;
    readonly group_size: number;
    readonly groups_at_once: number;
    readonly budget: CallBudget;
    readonly signal: AbortSignal;
    readonly now?: () => number;
  },
): Promise<readonly ChangeResult[]> {
  const outcomes = programs.map((): Outcome | null => null);
  const wrote = programs.map(() => false);
  const { send, group_size, budget, signal, now = () => performance.now() } = options;
  const begin_until = now() + BEGIN_FOR_MS;
  let failures_in_a_row = 0;
  let halted = false;
  const note = (index: number, outcome: Outcome) => {
    outcomes[index] = outcome;
    halted ||= concernsWholeIntegration(outcome);
  };
  /** Of what was sent together, one answer that leads on is a sign of life: after an outage many a call is only the first. */
  const countFailures = (ends: readonly (Outcome | null)[]) => {
    const failed = ends.every((end) => end?.kind === "retry" || end?.kind === "unknown");
    failures_in_a_row = failed ? failures_in_a_row + ends.length : 0;
    halted ||= failures_in_a_row >= FAILURES_IN_A_ROW_MAX;
  };

  let next = 0;
  const worker = async () => {
    while (next < programs.length && now() < begin_until) {
      const from = next;
      next += group_size;
      let waiting = programs.slice(from, next).flatMap((program, position) => {
        const step = program.next();
        if (!step.done) return [{ index: from + position, program, call: step.value }];
        note(from + position, step.value);
        return [];
      });
      while (waiting.length > 0) {
        // What does not fit in is left as it is: every change may be repeated.
        waiting = waiting.slice(0, budget.left);
        if (halted || signal.aborted || waiting.length === 0) return;
        budget.spend(waiting.length);
        const answers = await send(waiting.map(({ call }) => call));
        const ends: (Outcome | null)[] = [];
        waiting = waiting.flatMap((item, position) => {
          const answer = answers[position];
          wrote[item.index] ||= mayWrite(item.call) && isCarriedOut(answer, signal);
          if (answer === undefined) return [];
          const step = item.program.next(answer);
          ends.push(step.done ? step.value : null);
          if (!step.done) return [{ ...item, call: step.value }];
          note(item.index, step.value);
          return [];
        });
        countFailures(ends);
      }
    }
  };
  await Promise.all(Array.from({ length: options.groups_at_once }, worker));
  return outcomes.map((outcome, index) => ({ outcome, wrote: wrote[index] ?? false }));
}

/** HTTP's methods that only ask, and WebDAV's. */
const ASKING = new Set(["GET", "PROPFIND", "REPORT"]);

function mayWrite({ method }: { readonly method: string }): boolean {
  return !ASKING.has(method);
}

/** Whether a call was carried out, or may have been. One without an answer was cut by the signal, or not made. */
function isCarriedOut(answer: { readonly kind: string } | undefined, signal: AbortSignal): boolean {
  return answer === undefined ? signal.aborted : answer.kind === "ok" || answer.kind === "unknown";
}

/** Runs one program, of a change or of anything else, to its end. */
export async function runProgram<Call, Answer, Result>(
  program: Generator<Call, Result, Answer>,
  send: (call: Call) => Promise<Answer>,
): Promise<Result> {
  let step = program.next();
  while (!step.done) step = program.next(await send(step.value));
  return step.value;
}
