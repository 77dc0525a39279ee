import { liveCheck } from "../../../local/live-check/run.ts";
import { redirectUri } from "../../../local/live-check/sign-in.ts";
import { freePort } from "../../../local/free-port.ts";
import { ADA } from "../../support/subjects/subject.ts";
import { type ScriptedTerminal, scriptedTerminal } from "./scripted-terminal.ts";

/** One run of the check in which a person answers. */
export interface Run {
  /** What was printed and asked. */
  readonly lines: readonly string[];
  readonly exit_code: number;
}

/** What a test says of a run. */
export interface Setting {
  /** The command line, without the port. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Where the ids of its calendars are kept. */
  readonly noted_at: string;
  readonly port: number;
  /** Answers to what is asked beside the sign-in. */
  readonly answers?: Parameters<typeof scriptedTerminal>[0];
  /** Does something when a line is printed. */
  readonly onLine?: (line: string, terminal: ScriptedTerminal) => void;
}

/** A port, and the redirect that is registered with an emulator. */
export async function newRedirect(): Promise<{ readonly port: number; readonly redirect_uri: string }> {
  const port = await freePort();
  return { port, redirect_uri: redirectUri(port) };
}

/** Runs the check; on a consent page, Ada consents in her browser. */
export async function runCheck({ args, env, noted_at, port, answers = [], onLine }: Setting): Promise<Run> {
  const terminal = scriptedTerminal(answers, (line) => {
    const [url] = /^https?:\S+$/m.exec(line) ?? [];
    if (url !== undefined && line.startsWith("Open this address")) void consent(url);
    onLine?.(line, terminal);
  });
  const exit_code = await liveCheck(
    [...args, "--yes", "--port", String(port)],
    terminal,
    (name) => env[name],
    noted_at,
  );
  return { lines: terminal.lines, exit_code };
}

/** A browser follows the redirect back to this machine. */
async function consent(url: string): Promise<void> {
  const page = new URL(url);
  page.searchParams.set("emulator_account", ADA);
  page.searchParams.set("emulator_consent", "allow");
  await (await fetch(page)).text();
}

/** The lines of assumptions that begin with a word. */
export function linesOf(
  { lines }: Run,
  word: "holds" | "DOES NOT HOLD" | "could not be tried",
): readonly string[] {
  return lines.filter((line) => line.startsWith(word)).map((line) =>
    line.slice(word.length).trim().replace(/ \[.*$/s, "")
  );
}
