import { testAccessLost } from "./cases.ts";

Deno.test({
  name: "Outlook: a calendar that may no longer be written to stops nobody",
  // The stack's servers and connections outlive a step, and end with the scene.
  sanitizeOps: false,
  sanitizeResources: false,
  fn: (t) => testAccessLost(t, "outlook"),
});
