import { z } from "@hono/zod-openapi";
import type { Providers } from "../_shared/providers/registry.ts";

/** Where an event is, in a row of the database; null: there is none. */
const Place = z.object({
  event_id: z.string(),
  calendar_id: z.string(),
  account_id: z.string().nullable(),
  account_email: z.string().nullable(),
}).nullable();

/** What a row has where an answer has `event_url`. */
export const Placed = { event: Place };

/**
 * A row with the address of its event's page instead of where the event is.
 *
 * @param providers those that this installation offers; an event of any other one has no address
 * @param row.provider its name; null: it is about no provider
 */
export function withEventUrl<
  Row extends { readonly provider: string; readonly event: z.infer<typeof Place> },
>(
  providers: Providers,
  { event, ...row }: Row,
) {
  return {
    ...row,
    event_url: event === null ? null : providers.get(row.provider)?.eventUrl?.(event) ?? null,
  };
}
