import { parentPort } from "node:worker_threads";
import { z } from "zod";
import { openStagehouse, playBatch, type Stagehouse } from "./batch.ts";
import { PLANTS } from "./plants.ts";

/** What `soak.ts` asks of a player. */
const Order = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("open"),
    url: z.string(),
    plant: z.enum(PLANTS).nullable(),
    zombies: z.boolean(),
    edits: z.boolean(),
  }),
  z.object({
    kind: z.literal("play"),
    seed: z.number(),
    histories: z.number(),
    path: z.string().nullable(),
    shrink_s: z.number(),
  }),
  z.object({ kind: z.literal("end") }),
]);
export type Order = z.infer<typeof Order>;

/** What a player answers each order with. */
export const Answer = z.object({
  histories: z.number(),
  report: z.string().nullable(),
  counts: z.array(z.tuple([z.string(), z.number()])),
});
export type Answer = z.infer<typeof Answer>;

let house: Stagehouse | null = null;
const nothing = { histories: 0, report: null };

/** Histories need a process or thread of their own: while they last, its clock and timers are theirs. */
async function carryOut(order: Order): Promise<Omit<Answer, "counts">> {
  switch (order.kind) {
    case "open":
      house = await openStagehouse(order);
      return nothing;
    case "play":
      return house === null ? nothing : await playBatch(house, order);
    case "end":
      await house?.end();
      return nothing;
  }
}

parentPort?.on("message", async (message: unknown) => {
  const order = Order.parse(message);
  const outcome = await carryOut(order);
  const answer: Answer = { ...outcome, counts: [...house?.tally.counts ?? []] };
  house?.tally.counts.clear();
  parentPort?.postMessage(answer);
});
