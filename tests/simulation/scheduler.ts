import { AsyncLocalStorage } from "node:async_hooks";
import type { Fault } from "./faults.ts";

/** What everything throws that a killed process still tries to do. */
export class Crash extends Error {
  override readonly name = "Crash";
}

/** What the labels of timers begin with. */
export const TIMER = "wait";

/** Turns of the event loop without anything to do, after which nothing more comes of what was let go. */
const IDLE_TURNS = 3;

/** Something that runs beside others: a worker, or a user's request to the Calendar API. */
export interface Actor {
  readonly name: string;
  /** Killed: nothing that it does has an effect any more. */
  dead: boolean;
  /** Aborted when the leases that it holds are known to be lost. */
  readonly aborts: Set<AbortController>;
}

/** Who waits at an await, and how it goes on. */
interface Waiting {
  readonly actor: Actor;
  readonly label: string;
  go(fault: Fault | null): void;
  crash(): void;
}

/**
 * Runs actors one at a time: each of their awaits on the world outside ends when it is told to, so that the same
 * decisions make the same history.
 */
export class Scheduler {
  readonly #current = new AsyncLocalStorage<Actor>();
  readonly #actors = new Set<Actor>();
  #waiting: Waiting[] = [];
  #under_way = 0;
  #wake: (() => void) | null = null;
  /** What every actor did so far, for the report of a failure. */
  readonly trace: string[] = [];
  /** Milliseconds of the engine's own timers that went by. */
  virtual_ms = 0;

  /** The actor whose code is running; null outside of actors. */
  get actor(): Actor | null {
    return this.#current.getStore() ?? null;
  }

  /** How many awaits there are to choose from. */
  get waiting(): number {
    return this.#waiting.length;
  }

  get actors(): readonly Actor[] {
    return [...this.#actors];
  }

  /** Starts an actor, which runs until its first await. `run` may reject; that ends it like a request that failed. */
  start(name: string, run: (actor: Actor) => Promise<void>): Actor {
    const actor: Actor = { name, dead: false, aborts: new Set() };
    this.#actors.add(actor);
    this.#current.run(actor, () => run(actor))
      .catch((error: unknown) => this.trace.push(`${name} failed: ${String(error)}`))
      .finally(() => this.#actors.delete(actor));
    return actor;
  }

  /**
   * An await of the running actor.
   *
   * @param signal when aborted, the await ends at once
   * @returns the fault that it is to meet
   * @throws Crash in a killed actor
   */
  async turn(label: string, signal?: AbortSignal | null): Promise<Fault | null> {
    const { actor } = this;
    if (actor === null) return null;
    if (actor.dead) throw new Crash();
    return await new Promise((resolve, reject) => {
      const waiting: Waiting = {
        actor,
        label,
        go: resolve,
        crash: () => reject(new Crash()),
      };
      this.#waiting.push(waiting);
      signal?.addEventListener("abort", () => {
        this.#waiting = this.#waiting.filter((one) => one !== waiting);
        resolve(null);
      });
    });
  }

  /**
   * Lets one of those that wait go on, up to its next await.
   *
   * @param pick any number
   * @returns what was let go; null where nothing waits
   */
  async step(pick: number, fault: Fault | null): Promise<string | null> {
    const chosen = this.#waiting[pick % Math.max(this.#waiting.length, 1)];
    if (chosen === undefined) return null;
    this.#waiting = this.#waiting.filter((one) => one !== chosen);
    this.trace.push(`${chosen.actor.name}: ${chosen.label}${fault === null ? "" : ` (${fault})`}`);
    chosen.go(fault);
    await this.quiet();
    return chosen.label;
  }

  /** The requests that an actor waits for are given up, some of them after they were carried out; its timers go on. */
  async cut(actor: Actor, random: () => number): Promise<void> {
    const given_up = this.#waiting.filter((one) => one.actor === actor && !one.label.startsWith(TIMER));
    this.#waiting = this.#waiting.filter((one) => !given_up.includes(one));
    for (const one of given_up) one.go(random() < 0.5 ? "lost-before" : "lost-after");
    for (const abort of actor.aborts) abort.abort();
    await this.quiet();
  }

  /** Kills an actor: what it waits for never comes. */
  kill(actor: Actor): void {
    actor.dead = true;
    const lost = this.#waiting.filter((one) => one.actor === actor);
    this.#waiting = this.#waiting.filter((one) => one.actor !== actor);
    for (const one of lost) one.crash();
  }

  /** Runs what is no actor's code, such as a database driver's, and waits for it before anybody else goes on. */
  async outside<T>(work: () => Promise<T>): Promise<T> {
    this.#under_way++;
    try {
      return await this.#current.exit(work);
    } finally {
      this.#under_way--;
      if (this.#under_way === 0) this.#wake?.();
    }
  }

  /** Resolves once every actor waits for its turn or has ended. */
  async quiet(): Promise<void> {
    for (let idle = 0; idle < IDLE_TURNS;) {
      if (this.#under_way > 0) await new Promise<void>((resolve) => this.#wake = resolve);
      else await new Promise<void>((resolve) => setImmediate(resolve));
      // Whoever has begun and waits for nothing is at work, with a signature, say.
      const is_working = this.#under_way > 0 ||
        [...this.#actors].some((actor) => !this.#waiting.some((one) => one.actor === actor));
      idle = is_working ? 0 : idle + 1;
    }
  }
}
