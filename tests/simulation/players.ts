import { Worker } from "node:worker_threads";
import type { Databases } from "../support/database.ts";
import { Answer, type Order } from "./player.ts";

/** Each keeps about one core busy: its database works while it waits. */
export const PLAYERS = 2;

/** A thread that plays histories. */
export class Player {
  readonly #worker = new Worker(new URL("player.ts", import.meta.url));

  /** One order at a time. */
  async order(order: Order): Promise<Answer> {
    const answered = Promise.withResolvers<Answer>();
    const onMessage = (message: unknown) => answered.resolve(Answer.parse(message));
    this.#worker.once("message", onMessage).once("error", answered.reject);
    this.#worker.postMessage(order);
    try {
      return await answered.promise;
    } finally {
      this.#worker.off("error", answered.reject);
    }
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}

/** What one player does in a database of its own. */
export interface Piece {
  /** Of the database, too; lower case. */
  readonly name: string;
  readonly open: Omit<Extract<Order, { readonly kind: "open" }>, "kind" | "url">;
  readonly play: Omit<Extract<Order, { readonly kind: "play" }>, "kind">;
}

/** Has pieces played side by side, the first ones first, and hears of each as soon as it has been played. */
export async function playPieces(
  databases: Databases,
  pieces: readonly Piece[],
  onPlayed: (piece: Piece, answer: Answer) => void,
): Promise<void> {
  const left = [...pieces];
  await Promise.all(Array.from({ length: PLAYERS }, async () => {
    const player = new Player();
    for (let piece = left.shift(); piece !== undefined; piece = left.shift()) {
      await player.order({ kind: "open", url: await databases.create(piece.name), ...piece.open });
      onPlayed(piece, await player.order({ kind: "play", ...piece.play }));
      await player.order({ kind: "end" });
    }
    await player.end();
  }));
}
