import { z } from "zod";
import { SafeUrl } from "../../platform/env.ts";
import { PublicAddress, PushSwitch } from "../push.ts";

/** Google's environment variables. */
export const GoogleVariables = z.object({
  ...PublicAddress,
  GOOGLE_CLIENT_ID: z.string().optional(),
  GOOGLE_CLIENT_SECRET: z.string().optional(),
  GOOGLE_AUTHORITY_URL: SafeUrl.default("https://accounts.google.com"),
  GOOGLE_API_URL: SafeUrl.default("https://www.googleapis.com"),
  /** Whether Google is to call us when a calendar changes; on where it can. */
  GOOGLE_PUSH: PushSwitch,
});

/** Google as the environment describes it. */
export interface GoogleEnv {
  readonly client_id: string;
  readonly client_secret: string;
  readonly authority_url: string;
  readonly api_url: string;
}

/** @returns null where there is no OAuth client */
export function googleEnvOf(variables: z.output<typeof GoogleVariables>): GoogleEnv | null {
  const { GOOGLE_CLIENT_ID: client_id, GOOGLE_CLIENT_SECRET: client_secret } = variables;
  if (client_id === undefined || client_secret === undefined) return null;
  return {
    client_id,
    client_secret,
    authority_url: variables.GOOGLE_AUTHORITY_URL,
    api_url: variables.GOOGLE_API_URL,
  };
}
