import type { Deliveries, Message } from "../deliveries.ts";
import { randomToken } from "../observed-state.ts";

/** The life that Google gives by default (Calendar API v3 reference, events.watch, `params.ttl`). */
const LIFE_S = 604_800;

/** Somebody who is called when an event of a calendar changes. */
export interface WatchChannel {
  readonly id: string;
  readonly calendar_id: string;
  readonly resource_id: string;
  readonly resource_uri: string;
  readonly address: string;
  readonly token: string | null;
  readonly expires_at_ms: number;
  /** Who made it: nobody else stops it. */
  readonly client_id: string;
  readonly sub: string;
}

/** What a client asks for. */
export type NewWatchChannel =
  & Omit<WatchChannel, "resource_id" | "expires_at_ms">
  & { readonly asked_life_ms: number | null };

/** The channels of a project. */
export class Channels {
  /** The longest life that is given. */
  life_s = LIFE_S;
  readonly #deliveries: Deliveries;
  readonly #live = new Map<string, WatchChannel>();
  /** An id is good once, also after its channel has ended. */
  readonly #ids = new Set<string>();
  readonly #resource_ids = new Map<string, string>();
  readonly #message_numbers = new Map<string, number>();

  constructor(deliveries: Deliveries) {
    this.#deliveries = deliveries;
  }

  /** Those that have not ended. */
  list(): readonly WatchChannel[] {
    const now_ms = Date.now();
    return [...this.#live.values()].filter(({ expires_at_ms }) => expires_at_ms > now_ms);
  }

  hasUsed(id: string): boolean {
    return this.#ids.has(id);
  }

  /** Makes a channel; its first message is under way before its client knows of it. */
  async open({ asked_life_ms, ...asked }: NewWatchChannel): Promise<WatchChannel> {
    const life_ms = Math.min(asked_life_ms ?? Infinity, this.life_s * 1000);
    const channel = {
      ...asked,
      resource_id: this.#resourceIdOf(asked.calendar_id),
      expires_at_ms: Date.now() + life_ms,
    };
    this.#ids.add(channel.id);
    this.#live.set(channel.id, channel);
    const message = this.#messageOf(channel, "sync");
    if (this.#deliveries.switches.lost) this.#deliveries.post(message);
    else await this.#deliveries.send(message);
    return channel;
  }

  /** @returns false where there is no such channel of this client and user */
  stop(id: string, resource_id: string, by: Pick<WatchChannel, "client_id" | "sub">): boolean {
    const channel = this.list().find((one) => one.id === id);
    const is_ours = channel?.resource_id === resource_id && channel.client_id === by.client_id &&
      channel.sub === by.sub;
    return is_ours && this.#live.delete(id);
  }

  /** Ends every channel without a word, as after its time. */
  expire(): void {
    this.#live.clear();
  }

  /** Tells everybody who watches a calendar that something in it changed. */
  announce(calendar_id: string): void {
    for (const channel of this.list()) {
      if (channel.calendar_id === calendar_id) this.#deliveries.post(this.#messageOf(channel, "exists"));
    }
  }

  /**
   * Calls a channel's address as somebody else could.
   *
   * @param says what the message says instead
   * @returns the status of the answer; null: there is no such channel
   */
  async forge(
    id: string,
    says: Partial<Pick<WatchChannel, "id" | "resource_id" | "token">>,
  ): Promise<number | null> {
    const channel = this.#live.get(id);
    if (!channel) return null;
    return await this.#deliveries.send(this.#messageOf({ ...channel, ...says }, "exists"));
  }

  #resourceIdOf(calendar_id: string): string {
    const known = this.#resource_ids.get(calendar_id) ?? randomToken("r");
    this.#resource_ids.set(calendar_id, known);
    return known;
  }

  /** Google Calendar API guide, "Get push notifications", headers of a notification; it has no body. */
  #messageOf(channel: WatchChannel, state: "sync" | "exists"): Message {
    const number = (this.#message_numbers.get(channel.id) ?? 0) + 1;
    this.#message_numbers.set(channel.id, number);
    return {
      url: channel.address,
      headers: {
        "x-goog-channel-id": channel.id,
        "x-goog-message-number": String(number),
        "x-goog-resource-id": channel.resource_id,
        "x-goog-resource-state": state,
        "x-goog-resource-uri": channel.resource_uri,
        "x-goog-channel-expiration": new Date(channel.expires_at_ms).toUTCString(),
        ...(channel.token === null ? {} : { "x-goog-channel-token": channel.token }),
        "user-agent": "APIs-Google; (+https://developers.google.com/webmasters/APIs-Google.html)",
      },
      body: null,
    };
  }
}
