import assert from "node:assert/strict";
import { ROOT } from "../../../local/paths.ts";
import { judgeTests } from "../../judge-tests.mjs";

/** Runs `deno test` on this folder's test of the log proof, as `npm test` does with its arguments. */
async function denoTest(...args: readonly string[]) {
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "test",
      "--allow-all",
      "--no-check",
      "--parallel",
      "tests/unit/support/log-proof.test.ts",
      ...args,
    ],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  }).output();
  return judgeTests({ code, output: new TextDecoder().decode(stdout) });
}

Deno.test("a run in which no test matched fails, and says so", async () => {
  const nothing = { passed: 0, failed: 1, reason: "no test matched" };
  assert.deepEqual(await denoTest("--filter", "no test is called this"), nothing);
  assert.deepEqual(await denoTest("--filter=/^lines$/"), nothing);
  assert.deepEqual(await denoTest("--filter", "/LINES without/", "--shuffle"), nothing);
});

Deno.test("a run in which a test matched counts what it did", async () => {
  assert.deepEqual(await denoTest("--filter", "lines without a secret pass"), {
    passed: 1,
    failed: 0,
    reason: null,
  });
});

Deno.test("a run without a summary fails, even if deno test is content", () => {
  for (const code of [0, 1]) {
    const { passed, failed, reason } = judgeTests({ code, output: "error: No test modules found\n" });
    assert.deepEqual([passed, failed, reason], [0, 1, "there is no summary"]);
  }
});

Deno.test("the last summary counts, not one that a test printed", () => {
  const output = "FAILED | 3 passed | 2 failed (1s)\n\nok | 7 passed (20 steps) | 0 failed (3m1s)\n";
  assert.deepEqual(judgeTests({ code: 0, output }), { passed: 7, failed: 0, reason: null });
  assert.deepEqual(judgeTests({ code: 1, output }), {
    passed: 7,
    failed: 1,
    reason: "deno test ended with exit code 1",
  });
});
