import { testLiving } from "../living-scene.ts";
import { KEYBOARD } from "./keyboard.ts";
import { LOOKS_OF_EVERYTHING } from "./looks.ts";

Deno.test({
  name: "a connected calendar by keyboard, in every direction, size and colour",
  // The stack's servers and connections outlive a step, and end with the scene.
  sanitizeOps: false,
  sanitizeResources: false,
  fn: (t) => testLiving(t, "google", [KEYBOARD, ...LOOKS_OF_EVERYTHING]),
});
