import {
  type GraphAnswer,
  readAnswer,
} from "../../../../../supabase/functions/_shared/providers/outlook/answers.ts";
import type { GraphCall } from "../../../../../supabase/functions/_shared/providers/outlook/http.ts";

/** A call as a test writes it down: method and path, decoded. */
export function nameOf({ method, path }: GraphCall): string {
  return `${method} ${decodeURIComponent(path)}`;
}

/** Plays a program against answers in their order; one call more than there are answers fails the test. */
export function play<T>(
  program: Generator<GraphCall, T, GraphAnswer>,
  answers: readonly GraphAnswer[],
): { readonly outcome: T; readonly calls: readonly GraphCall[] } {
  const calls: GraphCall[] = [];
  let step = program.next();
  while (!step.done) {
    calls.push(step.value);
    const answer = answers[calls.length - 1];
    if (answer === undefined) throw new Error(`No answer to call ${calls.length}: ${nameOf(step.value)}`);
    step = program.next(answer);
  }
  if (calls.length < answers.length) throw new Error(`Ended after call ${calls.length}.`);
  return { outcome: step.value, calls };
}

/** A success with a body. */
export function ok(body: unknown): GraphAnswer {
  return { kind: "ok", body };
}

/** What Graph says with an error of its own. */
export function refused(status: number, code: string, more: Record<string, unknown> = {}): GraphAnswer {
  return readAnswer(status, new Headers(), { error: { code, message: "m", ...more } });
}

/** `ErrorItemNotFound`. */
export const GONE = refused(404, "ErrorItemNotFound");
