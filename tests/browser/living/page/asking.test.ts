import { testLiving } from "../living-scene.ts";
import { ASKING } from "./asking.ts";
import { TABS } from "./tabs.ts";

Deno.test({
  name: "when the page asks, and what tabs know of each other",
  // The stack's servers and connections outlive a step, and end with the scene.
  sanitizeOps: false,
  sanitizeResources: false,
  fn: (t) => testLiving(t, "google", [...ASKING, ...TABS]),
});
