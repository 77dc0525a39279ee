/** One sign-in of one user. */
export interface Session {
  readonly id: string;
  readonly user_id: string;
}

export type Refreshed =
  | { readonly kind: "refreshed"; readonly session: Session; readonly refresh_token: string }
  | { readonly kind: "unknown" }
  /** Older than its successor's use: the session has been ended, as whoever holds it may have stolen it. */
  | { readonly kind: "already_used" };

/** Which sessions a sign-out ends, of the user of the one that it is asked for in. */
export type SignOutScope = "global" | "local" | "others";

/**
 * The sessions of Supabase Auth and their rotating refresh tokens, for as long as the stack runs.
 *
 * A token that was used is good once more as long as its successor was not: its answer may have been lost.
 * https://supabase.com/docs/guides/auth/sessions#what-is-refresh-token-reuse-detection-and-what-does-it-protect-from
 */
export class Sessions {
  readonly #alive = new Map<string, { readonly session: Session; readonly tokens: string[] }>();
  readonly #session_of = new Map<string, string>();

  begin(user_id: string): { readonly session: Session; readonly refresh_token: string } {
    const session = { id: crypto.randomUUID(), user_id };
    this.#alive.set(session.id, { session, tokens: [] });
    return { session, refresh_token: this.#issue(session.id) };
  }

  refresh(refresh_token: string): Refreshed {
    const found = this.#alive.get(this.#session_of.get(refresh_token) ?? "");
    if (found === undefined) return { kind: "unknown" };
    const { session, tokens } = found;
    const [current, previous] = tokens.toReversed();
    if (refresh_token === current) {
      return { kind: "refreshed", session, refresh_token: this.#issue(session.id) };
    }
    if (refresh_token === previous && current !== undefined) {
      return { kind: "refreshed", session, refresh_token: current };
    }
    this.#end(session.id);
    return { kind: "already_used" };
  }

  has(session_id: string): boolean {
    return this.#alive.has(session_id);
  }

  signOut(session_id: string, scope: SignOutScope): void {
    const asked = this.#alive.get(session_id);
    if (asked === undefined) return;
    for (const { session } of [...this.#alive.values()]) {
      if (session.user_id !== asked.session.user_id) continue;
      const is_own = session.id === session_id;
      if (scope === "global" || (scope === "local") === is_own) this.#end(session.id);
    }
  }

  #issue(session_id: string): string {
    const token = crypto.randomUUID();
    this.#session_of.set(token, session_id);
    this.#alive.get(session_id)?.tokens.push(token);
    return token;
  }

  #end(session_id: string): void {
    for (const token of this.#alive.get(session_id)?.tokens ?? []) this.#session_of.delete(token);
    this.#alive.delete(session_id);
  }
}
