import { z } from "zod";

/** Whether a provider is to call us, where its variable says so. */
export const PushSwitch = z.enum(["on", "off"], "must be on or off").optional();

/** Variables that say where providers reach us. `platform/env.ts` checks them. */
export const PublicAddress = {
  SUPABASE_URL: z.string().optional(),
  CALENDAR_PUBLIC_URL: z.string().optional(),
};

/**
 * Whether a provider is to call us when a calendar changes: as its variable says, else where it can reach us by https.
 *
 * @param given the provider's own variable
 * @param address {@link PublicAddress} as it was read
 */
export function isPushOn(given: z.infer<typeof PushSwitch>, address: {
  readonly SUPABASE_URL?: string | undefined;
  readonly CALENDAR_PUBLIC_URL?: string | undefined;
}): boolean {
  if (given !== undefined) return given === "on";
  return (address.CALENDAR_PUBLIC_URL ?? address.SUPABASE_URL ?? "").startsWith("https:");
}
