import assert from "node:assert/strict";
import { runPool } from "../../pool.mjs";

/** Pieces of work that end when they are told to. */
function pieces(count: number) {
  const begun: number[] = [];
  const ends = Array.from({ length: count }, () => Promise.withResolvers<void>());
  return {
    begun,
    end: (piece: number) => ends[piece]?.resolve(),
    list: ends.keys().toArray(),
    async work(piece: number): Promise<void> {
      begun.push(piece);
      await ends[piece]?.promise;
    },
  };
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}

Deno.test("on busy processors only the least number runs at once, in order", async () => {
  const { begun, end, list, work } = pieces(4);
  let looks = 0;
  const idleShare = () => {
    looks++;
    return 0;
  };
  const done = runPool(list, work, { least: 2, most: 4, idleShare, look_ms: 10 });
  await until(() => looks > 0);
  assert.deepEqual(begun, [0, 1]);
  end(1);
  await until(() => begun.length === 3);
  for (const piece of list) end(piece);
  await done;
  assert.deepEqual(begun, [0, 1, 2, 3]);
});

Deno.test("on idle processors more run, one a look, and never more than the most", async () => {
  const { begun, end, list, work } = pieces(5);
  let looks = 0;
  const idleShare = () => {
    assert.equal(begun.length, 1 + looks++);
    return 1;
  };
  const done = runPool(list, work, { least: 1, most: 3, idleShare, look_ms: 10 });
  await until(() => begun.length === 3);
  end(0);
  await until(() => begun.length === 4);
  assert.equal(looks, 3);
  for (const piece of list) end(piece);
  await done;
});

Deno.test("nothing to do is done at once", async () => {
  await runPool([], () => assert.fail(), { least: 1, most: 1 });
});
