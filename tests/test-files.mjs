import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/**
 * Files that take long and mostly wait: for leases that end, for quotas, for the tick. They run beside all others, since
 * `deno test` chooses an order of its own, and would be waited for in the end.
 */
const WAITING = [
  "tests/integration/chaos.test.ts",
  "tests/integration/healing/google.test.ts",
  "tests/integration/healing/outlook.test.ts",
  "tests/integration/integration-life/caldav.test.ts",
  "tests/integration/integration-life/google.test.ts",
  "tests/integration/integration-life/outlook.test.ts",
  "tests/integration/live-check/caldav.test.ts",
  "tests/integration/live-check/google.test.ts",
  "tests/integration/live-check/outlook.test.ts",
  "tests/integration/metrics/metrics.test.ts",
  "tests/integration/outages/caldav.test.ts",
  "tests/integration/outages/google.test.ts",
  "tests/integration/outages/outlook.test.ts",
  "tests/integration/quotas.test.ts",
];

/**
 * Every test file, below the root of the repository, in two groups that may run at the same time.
 *
 * @returns {{ waiting: string[], working: string[] }}
 */
export function testFiles() {
  const found = readdirSync(`${ROOT}tests`, { recursive: true })
    .map((path) => `tests/${path.replaceAll("\\", "/")}`)
    .filter((path) => path.endsWith(".test.ts"));
  const missing = WAITING.filter((path) => !found.includes(path));
  if (missing.length > 0) {
    throw new Error(`tests/test-files.mjs names files that are not there: ${missing.join(", ")}`);
  }
  return { waiting: WAITING, working: found.filter((path) => !WAITING.includes(path)).sort() };
}
