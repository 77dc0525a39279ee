import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/**
 * What takes longest comes first, so that nothing is waited for alone in the end. Seconds are measured, beside three others
 * on two cores; a file that is not named here takes less.
 */
const LONGEST = [
  "tests/integration/chaos.test.ts", // 121, most of it waiting
  "tests/browser/states/states.test.ts", // 99
  "tests/integration/outages/outlook.test.ts", // 78, most of it waiting
  "tests/integration/outages/google.test.ts", // 78, most of it waiting
  "tests/browser/living/settings/outlook.test.ts", // 80
  "tests/browser/living/settings/google.test.ts", // 72
  "tests/integration/quotas.test.ts", // 67, most of it waiting
  "tests/fuzz/requests.test.ts", // 70
  "tests/browser/connecting/google.test.ts", // 75
  "tests/browser/connecting/outlook.test.ts", // 74
  "tests/browser/living/calendars/outlook.test.ts", // 57
  "tests/browser/living/troubles/google.test.ts", // 53
  "tests/integration/metrics/metrics.test.ts", // 49, most of it waiting
  "tests/integration/start.test.ts", // 51
];

/** Every test file, in the order in which they are to begin; below the root of the repository. */
export function testFiles() {
  const found = readdirSync(`${ROOT}tests`, { recursive: true })
    .map((path) => `tests/${path.replaceAll("\\", "/")}`)
    .filter((path) => path.endsWith(".test.ts"));
  const missing = LONGEST.filter((path) => !found.includes(path));
  if (missing.length > 0) {
    throw new Error(`tests/test-files.mjs names files that are not there: ${missing.join(", ")}`);
  }
  return [...LONGEST, ...found.filter((path) => !LONGEST.includes(path)).sort()];
}
