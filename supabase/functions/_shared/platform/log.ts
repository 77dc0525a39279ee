/** What a log line may carry; values are redacted where their name or shape says secret. */
export type LogFields = Readonly<Record<string, unknown>>;

type Level = "debug" | "info" | "warn" | "error";
const LEVELS: readonly Level[] = ["debug", "info", "warn", "error"];
const SECRET_NAME = /token|secret|authorization|password|apikey|ticket|verifier|^code$/i;
const REDACTED = "[redacted]";

/** One JSON line per event, on standard output or, for warnings and errors, on standard error. */
export const log = {
  debug: (action: string, fields: LogFields = {}): void => write("debug", action, fields),
  info: (action: string, fields: LogFields = {}): void => write("info", action, fields),
  warn: (action: string, fields: LogFields = {}): void => write("warn", action, fields),
  error: (action: string, fields: LogFields = {}): void => write("error", action, fields),
};

function write(level: Level, action: string, fields: LogFields): void {
  const threshold = LEVELS.findIndex((name) => name === (Deno.env.get("LOG_LEVEL") ?? "info"));
  if (LEVELS.indexOf(level) < threshold) return;
  const line = formatLine(level, action, fields);
  level === "warn" || level === "error" ? console.error(line) : console.log(line);
}

/** @returns the line as JSON, secrets redacted */
export function formatLine(level: Level, action: string, fields: LogFields): string {
  const safe = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, redact(name, value)]));
  return JSON.stringify({ timestamp: new Date().toISOString(), level, service: "calendar", action, ...safe });
}

function redact(name: string, value: unknown): unknown {
  if (value instanceof Error) return { name: value.name, message: withoutUrlQueries(value.message) };
  if (SECRET_NAME.test(name)) return REDACTED;
  return typeof value === "string" ? withoutUrlQueries(value) : value;
}

/** A library's error may quote the address it called, and an address may carry a token. */
function withoutUrlQueries(text: string): string {
  return text.replace(/(https?:\/\/[^\s?"']+)\?[^\s"']*/g, `$1?${REDACTED}`);
}
