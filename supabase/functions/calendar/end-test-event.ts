import { z } from "zod";
import type { Rpc } from "../_shared/platform/rpc.ts";

/** Nobody who leaves waits longer. What is left then is removed when the account is connected again. */
const PATIENCE_MS = 5_000;
const ASKED_EVERY_MS = 250;

/**
 * Has the worker remove the test event of an integration that its user disconnects, while there is still a token to do it with. Waits
 * for five seconds at most.
 */
export async function endTestEvent(
  { rpc }: { readonly rpc: Rpc },
  user_id: string,
  integration_id: string,
): Promise<void> {
  const until_ms = performance.now() + PATIENCE_MS;
  const args = { p_user_id: user_id, p_integration_id: integration_id };
  while (await rpc("calendar_end_test_event", args, z.boolean()) && performance.now() < until_ms) {
    await new Promise((resolve) => setTimeout(resolve, ASKED_EVERY_MS));
  }
}
