import type { Env } from "../platform/env.ts";

/** The redirect URI to register with every provider. */
export function callbackUri(env: Pick<Env, "public_url">): string {
  return `${env.public_url}/functions/v1/calendar/callback`;
}
