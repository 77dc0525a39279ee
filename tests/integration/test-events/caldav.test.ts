import { testTestEvents } from "./cases.ts";

Deno.test({
  name: "CalDAV: a user sends a test event, and it goes again",
  // The stack's servers and connections outlive a step, and end with the scene.
  sanitizeOps: false,
  sanitizeResources: false,
  fn: (t) => testTestEvents(t, "caldav"),
});
