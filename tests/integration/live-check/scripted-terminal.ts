import type { Terminal } from "../../../local/live-check/terminal.ts";

/** A terminal in which a test answers. */
export interface ScriptedTerminal extends Terminal {
  readonly lines: readonly string[];
  /** As Ctrl-C does. */
  stop(): void;
}

/**
 * @param answers by a part of the question; the first one that fits
 * @param onLine told of each line that is shown
 */
export function scriptedTerminal(
  answers: readonly (readonly [RegExp, () => string | Promise<string>])[],
  onLine: (line: string) => void = () => {},
): ScriptedTerminal {
  const lines: string[] = [];
  const stops = new Set<() => void>();
  const ask = async (question: string) => {
    lines.push(question);
    const [, answer] = answers.find(([part]) => part.test(question)) ?? [];
    if (answer === undefined) throw new Error(`nobody answers “${question}”`);
    return await answer();
  };
  return {
    lines,
    say(line) {
      lines.push(line);
      onLine(line);
    },
    ask,
    askSecret: ask,
    onStop(callback) {
      stops.add(callback);
      return () => stops.delete(callback);
    },
    stop: () => stops.forEach((one) => one()),
    close: () => {},
  };
}
