import { isSecretName, redactField, redactText } from "./redact.ts";

/** The least urgent first. */
export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;
export type LogLevel = typeof LOG_LEVELS[number];

/** What a line may carry: fields that every service of the platform has, and whatever else there is to say. */
export type LogFields =
  & {
    readonly provider?: string | undefined;
    readonly user_id?: string | undefined;
    readonly obligation_id?: string | undefined;
    readonly duration_ms?: number | undefined;
    readonly success?: boolean | undefined;
    readonly integration_id?: string | undefined;
    /** One word for why it failed. */
    readonly error_code?: string | undefined;
    /** 1 for the first. */
    readonly attempt?: number | undefined;
    readonly request_id?: string | undefined;
    readonly error?: unknown;
  }
  & Readonly<Record<string, unknown>>;

/** In every line in this order, as far as it has them; everything else comes after. */
const ORDER = [
  "provider",
  "user_id",
  "obligation_id",
  "duration_ms",
  "success",
  "integration_id",
  "error_code",
  "attempt",
  "request_id",
] as const;

/** Hosted Supabase cuts a line at 10,000, and what is cut is no JSON any more. */
export const LINE_CHARACTERS_MAX = 8_000;
const ITEMS_MAX = 20;
const DEPTH_MAX = 3;

/** @returns the line as JSON: bounded in size, secrets and e-mail addresses redacted */
export function formatLine(
  service: string,
  level: LogLevel,
  action: string,
  fields: LogFields,
  timestamp: string = new Date().toISOString(),
): string {
  const head = { timestamp, level, service, action, ...safe(pick(fields, ORDER)) };
  const others = Object.keys(fields).filter((name) => !ORDER.some((known) => known === name));
  const line = JSON.stringify({ ...head, ...safe(pick(fields, others)) });
  return line.length <= LINE_CHARACTERS_MAX ? line : JSON.stringify({ ...head, cut: true });
}

function pick(fields: LogFields, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.map((name) => [name, fields[name]]));
}

function safe(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).slice(0, ITEMS_MAX * 2).map(([name, value]) => [name, safeValue(name, value, 1)]),
  );
}

function safeValue(name: string, value: unknown, depth: number): unknown {
  switch (typeof value) {
    case "string":
      return redactField(name, value);
    case "number":
    case "boolean":
    case "undefined":
      return value;
    case "object":
      return value === null ? null : safeObject(name, value, depth);
    default:
      return redactText(String(value));
  }
}

function safeObject(name: string, value: object, depth: number): unknown {
  if (value instanceof Error) return safeError(value);
  if (isSecretName(name) || depth > DEPTH_MAX) return redactField("secret", "");
  if (Array.isArray(value)) {
    return value.slice(0, ITEMS_MAX).map((item: unknown) => safeValue(name, item, depth + 1));
  }
  return Object.fromEntries(
    Object.entries(value).slice(0, ITEMS_MAX).map(([key, item]) => [key, safeValue(key, item, depth + 1)]),
  );
}

/** Without its stack: that would say where, and what a library put into it. */
function safeError(error: Error): Record<string, unknown> {
  return {
    name: redactText(error.name),
    message: redactText(error.message),
    ...("code" in error && error.code !== "" ? { code: redactText(String(error.code)) } : {}),
  };
}
