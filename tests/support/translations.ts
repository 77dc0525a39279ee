import assert from "node:assert/strict";

export type Text = string | ((...args: unknown[]) => unknown);

/** Names, codes, and words that are the same in another language. */
export const SAME: ReadonlySet<string> = new Set([
  "tabs.webhooks",
  "tabs.notifications",
  "notification",
  "notifications",
  "progress.seconds",
  "providers.google.company",
  "providers.outlook.company",
  "providers.apple.company",
  "late.picker.own_name",
  "late.feeds.clients.outlook",
  "late.feeds.clients.thunderbird",
  "late.feeds.name",
  "late.feeds.types",
  "late.keys.name",
  "late.notifications.heading",
  "late.notifications.changed",
  "late.webhooks.heading",
  "late.webhooks.details",
  "late.webhooks.type.webhook.test",
  "late.custom_reminder.units.minutes",
  "late.password.service",
]);

/** In English it is what the server says. */
export const NOTICE = "notices.message";

/** Every text of a translation by its path. */
export function textsOf(node: unknown, path: readonly string[] = []): ReadonlyMap<string, Text> {
  if (typeof node === "string" || isCallable(node)) return new Map([[path.join("."), node]]);
  assert.ok(typeof node === "object" && node !== null, path.join("."));
  return new Map(Object.entries(node).flatMap(([key, value]) => [...textsOf(value, [...path, key])]));
}

function isCallable(node: unknown): node is (...args: unknown[]) => unknown {
  return typeof node === "function";
}

/** Texts of notices and of words that are written small take what they are about as text. */
export function call(text: (...args: unknown[]) => unknown, args: readonly unknown[]): string {
  try {
    return String(text(...args));
  } catch (error: unknown) {
    assert.ok(error instanceof TypeError);
    return String(text(...args.map(String)));
  }
}
