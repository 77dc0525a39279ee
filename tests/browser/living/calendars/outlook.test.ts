import { testLiving } from "../living-scene.ts";
import { ACCOUNTS } from "./accounts.ts";
import { CHOICE } from "./choice.ts";
import { LEAVING } from "./leaving.ts";

Deno.test({
  name: "Outlook: another calendar, another account, and leaving",
  // The stack's servers and connections outlive a step, and end with the scene.
  sanitizeOps: false,
  sanitizeResources: false,
  fn: (t) => testLiving(t, "outlook", [...CHOICE, ...LEAVING, ACCOUNTS]),
});
