import type { AccessTokenOutcome } from "../oauth/access-token.ts";
import type { Rpc } from "../platform/rpc.ts";
import type { CalendarClient } from "../providers/calendar-client.ts";
import type { CallBudget } from "../providers/call-budget.ts";
import type { Lane } from "./lane.ts";

/** What working a lane needs from outside. */
export interface LaneContext {
  readonly rpc: Rpc;
  readonly worker_id: string;
  clientFor(lane: Lane, access_token: string, budget: CallBudget): CalendarClient;
  /** A token that will last for a batch; `rejected_token` is one that the provider did not accept. */
  getValidAccessToken(lane: Lane, rejected_token: string | null): Promise<AccessTokenOutcome>;
}
