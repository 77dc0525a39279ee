const TOKEN = /(<(?:[^<>/]*:)?sync-token>)([^<]+)(?=<)/g;

/** The sync tokens that a server gave, and that it is made to know no longer: it is asked about others. */
export class ForgottenTokens {
  readonly #given = new Set<string>();
  readonly #forgotten = new Set<string>();

  /** Notes the tokens in an answer. */
  note(answer: string): void {
    for (const [, , token = ""] of answer.matchAll(TOKEN)) this.#given.add(token);
  }

  /** No token that was given so far is good any more. */
  forget(): void {
    for (const token of this.#given) this.#forgotten.add(token);
  }

  /** A request as it is sent on. */
  spoil(body: string): string {
    return body.replace(
      TOKEN,
      (_, tag: string, token: string) => `${tag}${token}${this.#forgotten.has(token) ? "0" : ""}`,
    );
  }
}
