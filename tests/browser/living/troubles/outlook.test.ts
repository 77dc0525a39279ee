import { testLiving } from "../living-scene.ts";
import { MASS_DELETION } from "./mass-deletion.ts";
import { OUTAGE } from "./outage.ts";
import { REFUSED } from "./refused.ts";

Deno.test({
  name: "Outlook: what goes wrong with a connected calendar, and is well again",
  // The stack's servers and connections outlive a step, and end with the scene.
  sanitizeOps: false,
  sanitizeResources: false,
  fn: (t) => testLiving(t, "outlook", [...REFUSED, ...MASS_DELETION, OUTAGE]),
});
