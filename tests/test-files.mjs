import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** Files that take long, the longest first: what is begun last should be short. `npm test` prints how long each took. */
const LONG = [
  "tests/browser/states/states.test.ts",
  "tests/browser/living/settings/google.test.ts",
  "tests/browser/living/settings/outlook.test.ts",
  "tests/integration/add/empty-host.test.ts",
  "tests/browser/living/page/reach.test.ts",
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
 * Every test file, below the root of the repository, in the order in which they are begun.
 *
 * @returns {string[]}
 */
export function testFiles() {
  const found = readdirSync(`${ROOT}tests`, { recursive: true })
    .map((path) => `tests/${path.replaceAll("\\", "/")}`)
    .filter((path) => path.endsWith(".test.ts"));
  const missing = LONG.filter((path) => !found.includes(path));
  if (missing.length > 0) {
    throw new Error(`tests/test-files.mjs names files that are not there: ${missing.join(", ")}`);
  }
  return [...LONG, ...found.filter((path) => !LONG.includes(path)).sort()];
}
