import { testSync } from "./cases.ts";

Deno.test({
  name: "CalDAV: an obligation changes and the user's calendar follows",
  // The stack's servers and connections outlive a step, and end with the scene.
  sanitizeOps: false,
  sanitizeResources: false,
  fn: (t) => testSync(t, "caldav"),
});
