import { testConnecting } from "./cases.ts";

Deno.test({
  name: "Outlook: a user connects a calendar in the Settings page",
  // The stack's servers and the browser outlive a step, and end with the scene.
  sanitizeOps: false,
  sanitizeResources: false,
  fn: (t) => testConnecting(t, "outlook"),
});
