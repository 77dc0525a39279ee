/** Says what goes on while something starts. */
export interface Progress {
  /** What begins; what was named before it is done. */
  step(name: string): void;
  /** The last step is done too. */
  finish(): void;
  /** The step that is under way comes to nothing: whoever says why says it on a line of its own. */
  abandon(): void;
}

/** Where it is said. */
export interface ProgressOutput {
  isTerminal(): boolean;
  write(text: string): void;
}

const CLEAR_LINE = "\r\x1b[2K";

/** A line for each step that is done, with how long it took; on a terminal also the step that is under way. */
export function reportProgress(
  output: ProgressOutput,
  now: () => number = () => performance.now(),
): Progress {
  let current: { readonly name: string; readonly started_at: number } | null = null;
  const clear = () => {
    if (current !== null && output.isTerminal()) output.write(CLEAR_LINE);
  };
  const finish = () => {
    clear();
    if (current !== null) {
      output.write(`✓ ${current.name} (${((now() - current.started_at) / 1000).toFixed(1)} s)\n`);
    }
    current = null;
  };
  return {
    step(name) {
      finish();
      current = { name, started_at: now() };
      if (output.isTerminal()) output.write(`… ${name}`);
    },
    finish,
    abandon() {
      clear();
      current = null;
    },
  };
}

/** For programs, which read something else. */
export const SILENT: Progress = { step() {}, finish() {}, abandon() {} };
