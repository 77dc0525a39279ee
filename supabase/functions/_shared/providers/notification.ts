/** What one call, or one item of a call, says of a push channel. Nothing of it is believed before its token is checked. */
export interface Notification {
  /** What we gave the provider when the channel was made. */
  readonly token: string;
  /** Our id of the channel, where the provider repeats it; null: only the token has it. */
  readonly channel_id: string | null;
  /** What the provider calls the channel or what it watches; null: it does not say. */
  readonly resource_id: string | null;
  /**
   * `opened`: the channel begins. `changed`: the calendar did. `missed`: earlier calls were lost. `renewal_due`: it ends soon unless it
   * is renewed. `removed`: it has ended.
   */
  readonly kind: "opened" | "changed" | "missed" | "renewal_due" | "removed";
  /** RFC 3339, where the provider says when the channel ends. */
  readonly expires_at: string | null;
}

/** How a provider's calls are read. It has few imports: the function that reads them has to start quickly. */
export interface NotificationReader {
  /** As the database calls the provider. */
  readonly provider: string;
  /** The last part of the address that it calls. */
  readonly path: string;
  /** What the provider wants to have repeated, so that it believes that the address is ours; null: it asks for nothing. */
  challengeOf(url: URL): string | null;
  /** @returns what the call says, as far as it can be read */
  read(headers: Headers, body: string): readonly Notification[];
}
