import { z } from "zod";

/** How something is sent. */
export const CHANNELS = ["webhook", "mail"] as const;
export type Channel = typeof CHANNELS[number];

/** What is to be sent: a row of `calendar_sync.deliveries` whose lease this worker has. */
export const Delivery = z.object({
  id: z.string(),
  channel: z.enum(CHANNELS),
  user_id: z.string().nullable(),
  endpoint_id: z.string().nullable(),
  /** The same with every attempt. */
  event_id: z.string(),
  type: z.string(),
  payload: z.record(z.string(), z.unknown()),
  created_at: z.string(),
  /** Attempts before this one. */
  attempts: z.number(),
  /** What only its channel knows, such as a webhook's address and secrets. Never logged. */
  target: z.unknown(),
});
export type Delivery = z.infer<typeof Delivery>;

/** What became of an attempt. */
export interface SendOutcome {
  /**
   * `delivered`: it was taken. `retry`: it is tried again when its channel's schedule says so. `failed`: no attempt would help.
   * `gone`: the recipient wants no more, ever.
   */
  readonly outcome: "delivered" | "retry" | "failed" | "gone";
  /** The status of the other side, where it answered. */
  readonly status?: number;
  /** A short word of ours; nothing that the other side said. */
  readonly error?: string;
  /** The other side wants to be left alone for so long. */
  readonly retry_after_s?: number;
}

/**
 * Makes one attempt. It may be made again after it succeeded, with the same `event_id`: a worker may die before that is recorded.
 *
 * @param signal ends the attempt, which then counts as one in vain
 */
export type Sender = (delivery: Delivery, signal: AbortSignal) => Promise<SendOutcome>;

/** Who sends what; a channel without a sender is not configured. */
export type Senders = { readonly [Name in Channel]?: Sender };
