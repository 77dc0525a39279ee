import { formatLine, LOG_LEVELS, type LogFields, type LogLevel } from "./log-line.ts";
import { logScope } from "./log-scope.ts";

/** What a function writes, and under which name. */
export interface LogSettings {
  /** The function's name. */
  readonly service: string;
  /** Less urgent lines are not written. */
  readonly level: LogLevel;
  /** Share of the requests and runs whose lines are kept where all went well, from 0 to 1. */
  readonly sample: number;
}

let settings: LogSettings = { service: "calendar", level: "info", sample: 1 };

/** Once, before the first line. */
export function configureLog(of_this_function: LogSettings): void {
  settings = of_this_function;
}

/** One JSON line per event, on standard output or, for warnings and errors, on standard error. */
export const log = {
  debug: (action: string, fields: LogFields = {}): void => write("debug", action, fields),
  info: (action: string, fields: LogFields = {}): void => write("info", action, fields),
  warn: (action: string, fields: LogFields = {}): void => write("warn", action, fields),
  error: (action: string, fields: LogFields = {}): void => write("error", action, fields),
};

function write(level: LogLevel, action: string, fields: LogFields): void {
  if (LOG_LEVELS.indexOf(level) < LOG_LEVELS.indexOf(settings.level)) return;
  const scope = logScope();
  const all: LogFields = { ...scope?.fields, ...fields };
  const request_id = fields.request_id ?? scope?.request_id;
  const is_urgent = level === "warn" || level === "error";
  // What belongs to no request, such as a start, is rare and kept.
  const may_go = !is_urgent && all.success !== false && request_id !== undefined;
  if (may_go && !isSampled(request_id, settings.sample)) return;
  const line = formatLine(settings.service, level, action, { ...all, request_id });
  is_urgent ? console.error(line) : console.log(line);
}

const HASHES = 2 ** 32;

/**
 * Whether the lines of a request are kept. The id decides (FNV-1a), so that all lines of one request are kept or none,
 * whichever functions wrote them.
 *
 * @param sample share that is kept, from 0 to 1
 */
export function isSampled(request_id: string, sample: number): boolean {
  let hash = 0x811c9dc5;
  for (let at = 0; at < request_id.length; at++) {
    hash = Math.imul(hash ^ request_id.charCodeAt(at), 0x01000193);
  }
  return (hash >>> 0) / HASHES < sample;
}
