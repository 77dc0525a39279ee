import assert from "node:assert/strict";
import { DIED, FunctionProcess } from "../../../local/functions/function-process.ts";

const KILLS = 8;
const RESTART_MS = 1_000;

async function withFunction(
  code: string,
  test: (process: FunctionProcess, deaths: () => number) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const entrypoint = `${folder}/index.ts`;
  await Deno.writeTextFile(entrypoint, code);
  let deaths = 0;
  const process = new FunctionProcess({ name: "tried", entrypoint, flags: ["--no-config"] }, {}, (line) => {
    if (line.endsWith(DIED)) deaths++;
  });
  try {
    await test(process, () => deaths);
  } finally {
    await process.stop();
    await Deno.remove(folder, { recursive: true });
  }
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 10));
}

Deno.test("a function that is killed is started again at once, however often", async () => {
  await withFunction("Deno.serve(() => new Response());", async (process) => {
    await process.start();
    for (let kill = 0; kill < KILLS; kill++) {
      const killed = process.pid;
      const killed_at = performance.now();
      process.kill("SIGKILL");
      await until(() => process.pid !== killed);
      assert.ok(performance.now() - killed_at < RESTART_MS, `kill ${kill + 1}`);
    }
  });
});

Deno.test("one that ends by itself is waited with after a few times", async () => {
  await withFunction("Deno.exit(1);", async (process, deaths) => {
    process.start().catch(() => {});
    await until(() => deaths() === 6);
    const last = process.pid;
    await new Promise((resolve) => setTimeout(resolve, 2 * RESTART_MS));
    assert.equal(process.pid, last);
  });
});
