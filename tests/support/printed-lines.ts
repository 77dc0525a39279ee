import { LogLine } from "./log-proof.ts";

/** The log lines that are printed while something is done; nothing else may print meanwhile. */
export async function linesOf(act: () => void | Promise<void>): Promise<LogLine[]> {
  const texts: string[] = [];
  const real = { log: console.log, error: console.error };
  console.log = console.error = (text: string) => texts.push(text);
  try {
    await act();
  } finally {
    Object.assign(console, real);
  }
  return texts.map((text) => LogLine.parse(JSON.parse(text)));
}
