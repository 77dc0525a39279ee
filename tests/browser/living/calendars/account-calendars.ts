import assert from "node:assert/strict";
import { calendarId } from "../../../../local/providers/outlook/ids.ts";
import type { LivingScene } from "../living-scene.ts";

/** A calendar that somebody makes in the provider's own application. */
export interface NewCalendar {
  /** The account's address. */
  readonly account: string;
  readonly name: string;
  /** `#rrggbb`. */
  readonly color: string;
  readonly writable?: boolean;
}

/** Adds a calendar to an account of the scene's provider. @returns its id */
export function addCalendar(
  { stack, provider }: LivingScene,
  { account, name, color, writable = true }: NewCalendar,
): string {
  const { google, outlook } = stack;
  assert.ok(google && outlook);
  const id = provider.name === "google" ? `${crypto.randomUUID()}@group.calendar.google.com` : calendarId();
  if (provider.name === "google") {
    google.state.accounts.get(account)?.calendars.set(id, {
      id,
      summary: name,
      description: "",
      timeZone: "Europe/Paris",
      backgroundColor: color,
      primary: false,
      accessRole: writable ? "writer" : "reader",
      createdBy: null,
      events: new Map(),
      changed_at: new Map(),
    });
    google.state.nextEtag();
  } else {
    outlook.state.accounts.get(account)?.calendars.set(id, {
      id,
      name,
      isDefault: false,
      canEdit: writable,
      color: "auto",
      hexColor: color,
      owner: { name: account, address: account },
      changeKey: outlook.state.nextChangeKey(),
      extendedProperties: new Map(),
      events: new Map(),
      deleted: new Map(),
    });
    outlook.state.nextRevision();
  }
  assert.ok(provider.hasCalendar(account, id));
  return id;
}
