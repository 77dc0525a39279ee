import { createInterface } from "node:readline/promises";
import process from "node:process";
import { Writable } from "node:stream";

/** Whoever runs the check. */
export interface Terminal {
  say(line: string): void;
  ask(question: string): Promise<string>;
  /** Shows nothing of what is typed. */
  askSecret(question: string): Promise<string>;
  /** Calls back when the check is to end early; until the returned function is called. */
  onStop(stop: () => void): () => void;
  close(): void;
}

/** Stopped by SIGINT, as shells say it. */
export const STOPPED = 130;

/** The terminal that the script was started in. */
export function openTerminal(): Terminal {
  let is_secret = false;
  // The prompt of a secret is written past readline, which would show what is typed after it.
  const output = new Writable({
    write(chunk, _encoding, done) {
      if (!is_secret) process.stdout.write(chunk);
      done();
    },
  });
  const lines = createInterface({ input: process.stdin, output, terminal: process.stdin.isTTY });
  const stops = new Set<() => void>();
  const stop = () => {
    // Nothing was made so far.
    if (stops.size === 0) process.exit(STOPPED);
    for (const one of stops) one();
  };
  lines.on("SIGINT", stop);
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  return {
    say: (line) => console.log(line),
    ask: async (question) => (await lines.question(`${question} `)).trim(),
    async askSecret(question) {
      process.stdout.write(`${question} `);
      is_secret = true;
      try {
        return await lines.question("");
      } finally {
        is_secret = false;
        process.stdout.write("\n");
      }
    },
    onStop(callback) {
      stops.add(callback);
      return () => stops.delete(callback);
    },
    close: () => lines.close(),
  };
}
