import { testIntegrationLife } from "./cases.ts";

Deno.test({
  name: "CalDAV: losing, moving and ending an integration",
  // The stack's servers and connections outlive a step, and end with the scene.
  sanitizeOps: false,
  sanitizeResources: false,
  fn: (t) => testIntegrationLife(t, "caldav"),
});
