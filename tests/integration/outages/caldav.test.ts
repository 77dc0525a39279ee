import { testOutages } from "./cases.ts";

Deno.test({
  name: "CalDAV: whatever breaks, the calendar holds exactly the open obligations afterwards, each once",
  // The stack's servers and connections outlive a step, and end with the scene.
  sanitizeOps: false,
  sanitizeResources: false,
  fn: (t) => testOutages(t, "caldav"),
});
