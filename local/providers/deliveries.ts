import { z } from "zod";

/** A message that an emulator sends to somebody who asked to be called. */
export interface Message {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Null: it has none. */
  readonly body: string | null;
}

/** A message that was sent, or got lost on its way. */
export interface SentMessage {
  readonly at: string;
  readonly url: string;
  /** 0: there was no answer; null: it was lost. */
  readonly status: number | null;
}

const Switches = z.strictObject({
  lost: z.boolean(),
  doubled: z.boolean(),
  /** A message waits for the next one and arrives after it. */
  reordered: z.boolean(),
  delay_ms: z.int().min(0),
});
type Switches = z.infer<typeof Switches>;
/** What may happen to messages on their way; what is absent stays as it was. */
export const DeliverySwitches = Switches.partial();

const AS_THEY_COME: Switches = { lost: false, doubled: false, reordered: false, delay_ms: 0 };
/** How long a message waits for one that arrives before it. */
const REORDER_WAIT_MS = 1000;
const ANSWER_TIMEOUT_MS = 10_000;
/** Waits before a message is sent again that a server could not take. */
const RETRIES_MS = [1000, 2000, 4000];
const RETRIED: ReadonlySet<number> = new Set([500, 502, 503, 504]);
const LOG_MAX = 2000;

type Timer = ReturnType<typeof setTimeout>;

/** Sends messages by real HTTP POST, and lets happen to them what is switched on. */
export class Deliveries {
  readonly sent: SentMessage[] = [];
  #switches: Switches = AS_THEY_COME;
  #waiting: { readonly message: Message; readonly timer: Timer } | null = null;
  readonly #timers = new Set<Timer>();
  readonly #ended = new AbortController();

  get switches(): Switches {
    return this.#switches;
  }

  switch(change: z.infer<typeof DeliverySwitches>): void {
    this.#switches = Switches.parse({ ...this.#switches, ...change });
  }

  /** Everything arrives again, once, in order and at once. */
  reset(): void {
    this.#switches = AS_THEY_COME;
  }

  /** Sends a message, without waiting for its answer. */
  post(message: Message): void {
    const { lost, doubled, reordered, delay_ms } = this.#switches;
    if (lost) return this.#log(message, null);
    if (delay_ms > 0) return this.#later(delay_ms, () => this.#deliver(message, doubled));
    if (!reordered) return this.#deliver(message, doubled);
    const earlier = this.#waiting;
    if (earlier === null) {
      const timer = this.#timer(REORDER_WAIT_MS, () => {
        this.#waiting = null;
        this.#deliver(message, doubled);
      });
      this.#waiting = { message, timer };
      return;
    }
    this.#waiting = null;
    this.#clear(earlier.timer);
    void this.send(message).then(() => this.#deliver(earlier.message, doubled));
  }

  /**
   * Sends a message once, whatever is switched on.
   *
   * @returns the status of its answer; 0: there was none
   */
  async send({ url, headers, body }: Message): Promise<number> {
    let status = 0;
    try {
      const response = await fetch(url, {
        method: "POST",
        headers: { ...headers },
        body,
        redirect: "manual",
        signal: AbortSignal.any([this.#ended.signal, AbortSignal.timeout(ANSWER_TIMEOUT_MS)]),
      });
      await response.body?.cancel();
      status = response.status;
    } catch {
      // Nobody is there, or nobody answered.
    }
    this.#log({ url, headers, body }, status);
    return status;
  }

  /** Nothing is sent any more. */
  close(): void {
    this.#ended.abort();
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  #deliver(message: Message, doubled: boolean): void {
    for (let time = 0; time < (doubled ? 2 : 1); time++) void this.#sendUntilTaken(message);
  }

  async #sendUntilTaken(message: Message): Promise<void> {
    for (const wait_ms of [...RETRIES_MS, null]) {
      const status = await this.send(message);
      if (wait_ms === null || !RETRIED.has(status) || this.#ended.signal.aborted) return;
      await new Promise<void>((resolve) => this.#later(wait_ms, resolve));
    }
  }

  #later(ms: number, work: () => void): void {
    this.#timer(ms, work);
  }

  #timer(ms: number, work: () => void): Timer {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      work();
    }, ms);
    this.#timers.add(timer);
    return timer;
  }

  #clear(timer: Timer): void {
    clearTimeout(timer);
    this.#timers.delete(timer);
  }

  #log({ url }: Message, status: number | null): void {
    this.sent.push({ at: new Date().toISOString(), url, status });
    if (this.sent.length > LOG_MAX) this.sent.shift();
  }
}
