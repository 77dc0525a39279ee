import assert from "node:assert/strict";
import { EVENT_TITLE_COPY_PATH, renderEventTitleCopy } from "../../../local/event-title-copy.ts";

Deno.test("the page previews titles by the code that makes them", async () => {
  assert.equal(
    await Deno.readTextFile(EVENT_TITLE_COPY_PATH),
    await renderEventTitleCopy(),
    "npm run generate",
  );
});
