import assert from "node:assert/strict";
import { type Progress, reportProgress } from "../../../local/progress.ts";

function said(isTerminal: boolean, act: (progress: Progress) => void): string {
  let text = "";
  let clock_ms = 0;
  const output = { isTerminal: () => isTerminal, write: (more: string) => void (text += more) };
  act(reportProgress(output, () => clock_ms += 1_500));
  return text;
}

Deno.test("a step is named with its time when it is done", () => {
  const text = said(false, (progress) => {
    progress.step("One");
    progress.step("Two");
    progress.finish();
  });
  assert.equal(text, "✓ One (1.5 s)\n✓ Two (1.5 s)\n");
});

Deno.test("a terminal shows the step that is under way, in the place of which its end is written", () => {
  const text = said(true, (progress) => {
    progress.step("One");
    progress.finish();
  });
  assert.equal(text, "… One\r\x1b[2K✓ One (1.5 s)\n");
});

Deno.test("a step that comes to nothing leaves no line", () => {
  assert.equal(said(false, (progress) => (progress.step("One"), progress.abandon())), "");
  assert.equal(said(true, (progress) => (progress.step("One"), progress.abandon())), "… One\r\x1b[2K");
});
