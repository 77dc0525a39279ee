import { Obstacle } from "./obstacle.ts";
import type { RawAnswer } from "./raw-call.ts";

/** @throws Obstacle where the answer is a refusal: what was to be tried could not be prepared */
export function answered(answer: RawAnswer): RawAnswer {
  if (answer.status >= 200 && answer.status < 300) return answer;
  const busy = answer.status === 429 || answer.status >= 500;
  throw new Obstacle(
    busy ? "busy" : "preparation",
    `a request beside the check was answered ${answer.status}`,
  );
}

/** A path of segments, each encoded once. */
export function pathOf(...segments: readonly string[]): string {
  return segments.map((segment) => `/${encodeURIComponent(segment)}`).join("");
}
