import { testLiving } from "../living-scene.ts";
import { EVERYWHERE } from "./everywhere.ts";

Deno.test({
  name: "the page on small screens, by touch, with large text, in few colours and with more contrast",
  // The stack's servers and connections outlive a step, and end with the scene.
  sanitizeOps: false,
  sanitizeResources: false,
  fn: (t) => testLiving(t, "google", EVERYWHERE),
});
