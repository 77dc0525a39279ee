import type { AccessTokenOutcome } from "../oauth/access-token.ts";
import type { CalendarAnswer } from "../providers/calendar-client.ts";
import type { Lane } from "./lane.ts";
import type { LaneContext } from "./lane-context.ts";

/** Why there is no token to ask with. */
export interface WithoutToken {
  readonly kind: "without_token";
  readonly token: Exclude<AccessTokenOutcome, { kind: "valid" }>;
}

/**
 * Asks the provider with a token that is valid; where it is not accepted all the same, once more with a refreshed one.
 *
 * @param ask makes the call, with an access token
 */
export async function withToken<T>(
  lane: Lane,
  context: Pick<LaneContext, "getValidAccessToken">,
  ask: (access_token: string) => Promise<CalendarAnswer<T>>,
): Promise<CalendarAnswer<T> | WithoutToken> {
  const token = await context.getValidAccessToken(lane, null);
  if (token.kind !== "valid") return { kind: "without_token", token };
  const answer = await ask(token.access_token);
  if (answer.kind !== "token_rejected") return answer;
  const refreshed = await context.getValidAccessToken(lane, token.access_token);
  if (refreshed.kind !== "valid") return { kind: "without_token", token: refreshed };
  return await ask(refreshed.access_token);
}
