import { z } from "zod";
import { GoogleError, invalid } from "./errors.ts";

/** Parameters that may differ between listings of one synchronisation. */
const CHANGING: ReadonlySet<string> = new Set(["pageToken", "syncToken", "maxResults", "fields"]);
/** Parameters that Google refuses beside a sync token (Calendar API v3 reference, events.list, `syncToken`). */
const REFUSED: ReadonlySet<string> = new Set([
  "iCalUID",
  "orderBy",
  "privateExtendedProperty",
  "q",
  "sharedExtendedProperty",
  "timeMin",
  "timeMax",
  "updatedMin",
]);

const SyncToken = z.tuple([z.string(), z.string(), z.int()]);

/**
 * What decides which events are listed.
 *
 * @throws GoogleError 400 where a parameter may not go with the sync token that is among them
 */
export function questionOf(parameters: readonly (readonly [string, string])[]): string {
  if (parameters.some(([name]) => name === "syncToken")) {
    const refused = parameters.find(([name, value]) =>
      REFUSED.has(name) || (name === "showDeleted" && value === "false")
    );
    if (refused !== undefined) throw invalid(`${refused[0]} cannot be used with a sync token.`);
  }
  return JSON.stringify(parameters.filter(([name]) => !CHANGING.has(name)).sort());
}

/** Opaque to clients, and good for one calendar and one question. */
export function syncTokenOf(calendar_id: string, question: string, revision: number): string {
  return btoa(encodeURIComponent(JSON.stringify([calendar_id, question, revision])));
}

/**
 * @returns the revision since which changes are asked for
 * @throws GoogleError 400 for what is no sync token of this calendar and question
 */
export function readSyncToken(token: string, calendar_id: string, question: string): number {
  try {
    const [id, of, revision] = SyncToken.parse(JSON.parse(decodeURIComponent(atob(token))));
    if (id === calendar_id && of === question) return revision;
  } catch {
    // The same refusal.
  }
  throw invalid("Invalid sync token value.");
}

/**
 * @param from the first revision whose tokens are still good
 * @throws GoogleError 410 where the token has expired
 */
export function checkSyncToken(revision: number, from: number): void {
  if (revision >= from) return;
  throw new GoogleError(
    410,
    "fullSyncRequired",
    "Sync token is no longer valid, a full sync is required.",
  );
}
