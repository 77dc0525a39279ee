import { testLiving } from "../living-scene.ts";
import { DENSITY } from "./density.ts";

Deno.test({
  name: "what the page shows at first, and what is a click away",
  // The stack's servers and connections outlive a step, and end with the scene.
  sanitizeOps: false,
  sanitizeResources: false,
  fn: (t) => testLiving(t, "google", DENSITY),
});
