/** What a refused password means, by when it was first refused. */
export type PasswordVerdict =
  /** To be asked again, no sooner than at `ask_again_at`. */
  | { readonly kind: "refused_once"; readonly first_refused_at: string; readonly ask_again_at: string }
  /** The connection is lost: only its user can help, with another password. */
  | { readonly kind: "lost" };

/**
 * Judges a 401 that the principal's address answered. One is not enough: servers answer it while a directory behind them is
 * away. Two that are minutes apart are.
 *
 * @param first_refused_at RFC 3339; null: since the last success this is the first
 * @param refusal_s `CALENDAR_CALDAV_REFUSAL_SECONDS`
 * @source keeper.sh #316 and #631
 */
export function judgeRefusedPassword(
  first_refused_at: string | null,
  now: Date,
  refusal_s: number,
): PasswordVerdict {
  const first_ms = first_refused_at === null ? now.getTime() : Date.parse(first_refused_at);
  const ask_again_ms = first_ms + refusal_s * 1000;
  if (first_refused_at !== null && now.getTime() >= ask_again_ms) return { kind: "lost" };
  return {
    kind: "refused_once",
    first_refused_at: new Date(first_ms).toISOString(),
    ask_again_at: new Date(ask_again_ms).toISOString(),
  };
}
