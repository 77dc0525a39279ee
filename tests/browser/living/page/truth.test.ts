import { testLiving } from "../living-scene.ts";
import { TRUTH } from "./truth.ts";

Deno.test({
  name: "the page says what is so",
  // The stack's servers and connections outlive a step, and end with the scene.
  sanitizeOps: false,
  sanitizeResources: false,
  fn: (t) => testLiving(t, "google", TRUTH),
});
