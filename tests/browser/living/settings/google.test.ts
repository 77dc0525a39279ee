import { testLiving } from "../living-scene.ts";
import { CONTENT } from "./content.ts";
import { PANELS } from "./panels.ts";
import { PROGRESS } from "./progress.ts";
import { SETTINGS } from "./settings.ts";
import { TEST_EVENT } from "./test-event.ts";

Deno.test({
  name: "Google: what a user sees and sets of a connected calendar",
  // The stack's servers and connections outlive a step, and end with the scene.
  sanitizeOps: false,
  sanitizeResources: false,
  fn: (t) => testLiving(t, "google", [PROGRESS, ...SETTINGS, ...CONTENT, ...PANELS, ...TEST_EVENT]),
});
