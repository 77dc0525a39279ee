import { testHealing } from "./cases.ts";

Deno.test({
  name: "Outlook: what nobody was told of is found, and what would do harm is asked about first",
  // The stack's servers and connections outlive a step, and end with the scene.
  sanitizeOps: false,
  sanitizeResources: false,
  fn: (t) => testHealing(t, "outlook"),
});
