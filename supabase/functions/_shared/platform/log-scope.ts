import { AsyncLocalStorage } from "node:async_hooks";
import type { LogFields } from "./log-line.ts";

/** A request, or a worker's run over one lane: what is logged in the course of it carries its ids. */
export interface LogScope {
  /** Of the request that is served, or that caused the work; of the run itself where no request did. */
  readonly request_id: string;
  /** The signed-in user who asks; null: nobody who proved it, or the system itself. */
  acts_for: string | null;
  /** What every further line carries. */
  fields: LogFields;
  /** What the line that sums it up carries besides. */
  summary: LogFields;
}

const scopes = new AsyncLocalStorage<LogScope>();

/**
 * Does something whose log lines all carry the same ids. Nothing has to be handed down, so nothing can be forgotten.
 *
 * @param request_id fit for a log, see `requestIdOf`
 * @param fields what each line carries besides
 */
export function inLogScope<T>(request_id: string, fields: LogFields, act: () => T): T {
  return scopes.run({ request_id, acts_for: null, fields, summary: {} }, act);
}

/** The request or run in the course of which this is asked; undefined outside of any. */
export function logScope(): LogScope | undefined {
  return scopes.getStore();
}

/** Has every further line of this request or run carry these fields too. */
export function bindToLog(fields: LogFields): void {
  const scope = scopes.getStore();
  if (scope !== undefined) scope.fields = { ...scope.fields, ...fields };
}

/** Has the one line that sums this request or run up carry these fields; what is said later goes before. */
export function addToSummary(fields: LogFields): void {
  const scope = scopes.getStore();
  if (scope !== undefined) scope.summary = { ...scope.summary, ...fields };
}

/** From here on the request is known to be this user's; the database learns it too, see `createServiceRpc`. */
export function actFor(user_id: string): void {
  const scope = scopes.getStore();
  if (scope !== undefined) scope.acts_for = user_id;
  bindToLog({ user_id });
}

const FIT_FOR_A_LOG = /^[A-Za-z0-9._-]{1,64}$/;

/** The id that a caller gave its request, where it is fit for a log; else a new one. */
export function requestIdOf(header: string | null | undefined): string {
  return header && FIT_FOR_A_LOG.test(header) ? header : crypto.randomUUID();
}
