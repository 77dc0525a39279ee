import { z } from "zod";
import { SafeUrl } from "../../platform/env.ts";
import { PublicAddress, PushSwitch } from "../push.ts";

/** Outlook's environment variables: Microsoft's, since its OAuth clients and its API are not Outlook's alone. */
export const MicrosoftVariables = z.object({
  ...PublicAddress,
  MICROSOFT_CLIENT_ID: z.string().optional(),
  MICROSOFT_CLIENT_SECRET: z.string().optional(),
  /** Entra ends every client secret within two years, and an application cannot ask when. */
  MICROSOFT_CLIENT_SECRET_EXPIRES_ON: z.iso.date("must be a date, like 2027-05-31").optional(),
  MICROSOFT_AUTHORITY_URL: SafeUrl.default("https://login.microsoftonline.com/common/v2.0"),
  MICROSOFT_GRAPH_URL: SafeUrl.default("https://graph.microsoft.com/v1.0"),
  /** Whether Graph is to call us when a calendar changes; on where it can. */
  MICROSOFT_PUSH: PushSwitch,
});

/** Microsoft Entra and Graph as the environment describes them. */
export interface MicrosoftEnv {
  readonly client_id: string;
  readonly client_secret: string;
  /** Calendar date; null where nobody said. */
  readonly client_secret_expires_on: string | null;
  readonly authority_url: string;
  readonly graph_url: string;
}

/** @returns null where there is no OAuth client */
export function microsoftEnvOf(variables: z.output<typeof MicrosoftVariables>): MicrosoftEnv | null {
  const { MICROSOFT_CLIENT_ID: client_id, MICROSOFT_CLIENT_SECRET: client_secret } = variables;
  if (client_id === undefined || client_secret === undefined) return null;
  return {
    client_id,
    client_secret,
    client_secret_expires_on: variables.MICROSOFT_CLIENT_SECRET_EXPIRES_ON ?? null,
    authority_url: variables.MICROSOFT_AUTHORITY_URL,
    graph_url: variables.MICROSOFT_GRAPH_URL,
  };
}
