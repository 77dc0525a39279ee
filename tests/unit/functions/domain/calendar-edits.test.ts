import assert from "node:assert/strict";
import {
  CALENDAR_EDITS,
  effectiveEdits,
  offeredEdits,
  withEffectiveEdits,
} from "../../../../supabase/functions/_shared/domain/calendar-edits.ts";
import { DEFAULT_SETTINGS } from "../../../support/default-settings.ts";

Deno.test("accept means restore where the operator does not offer it; every other choice stays", () => {
  assert.deepEqual(CALENDAR_EDITS.map((chosen) => effectiveEdits(chosen, true)), [...CALENDAR_EDITS]);
  assert.deepEqual(CALENDAR_EDITS.map((chosen) => effectiveEdits(chosen, false)), [
    "restore",
    "keep",
    "ignore",
    "restore",
  ]);
  assert.deepEqual(offeredEdits(true), [...CALENDAR_EDITS]);
  assert.deepEqual(offeredEdits(false), ["restore", "keep", "ignore"]);
  const lane = { id: "lane", settings: { ...DEFAULT_SETTINGS, calendar_edits: "accept" } } as const;
  assert.deepEqual(withEffectiveEdits(lane, false), { id: "lane", settings: DEFAULT_SETTINGS });
});
