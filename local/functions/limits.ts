/**
 * What hosted Supabase allows an edge function (Supabase docs, "Edge Function limits"), and what is enforced here.
 * Wall clock and CPU of a background task are not: locally nothing is killed for taking long.
 */
export const HOSTED_LIMITS = {
  /**
   * Enforced, as V8's heap: of all generations together, since the edge runtime gives V8 that too. Its young one stays as small as there.
   *
   * @source github.com/supabase/edge-runtime, `heap_limits` in crates/base/src/runtime/mod.rs
   */
  memory_mb: 256,
  /** Enforced by the gateway: 504 without an answer. */
  response_s: 150,
  /** Not enforced: the worker stops claiming after 60 s by itself. */
  wall_clock_s: 150,
  /** Not enforced. */
  cpu_s: 2,
} as const;
