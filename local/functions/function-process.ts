import { dirname } from "node:path";
import { freePort } from "../free-port.ts";
import { ROOT } from "../paths.ts";
import type { FunctionSource } from "./function-source.ts";
import { HOSTED_LIMITS } from "./limits.ts";

const READY_POLL_MS = 20;
const QUICK_DEATH_MS = 5_000;
/**
 * After so many quick deaths in a row a restart waits, so that a broken function does not eat the machine. One that somebody
 * killed is not broken.
 */
const QUICK_DEATHS_MAX = 5;
const PATIENCE_MS = 5_000;
const READY_TIMEOUT_MS = 60_000;

/** What is said of a process that died, after its function's name. */
export const DIED = "the process died; starting it again";

/** One edge function in a Deno process of its own, started again whenever it dies. */
export class FunctionProcess {
  readonly name: string;
  readonly port = freePort();
  readonly #source: FunctionSource;
  readonly #env: Record<string, string>;
  readonly #log: (line: string) => void;
  #child: Deno.ChildProcess | null = null;
  #stopped = false;
  #starting: Promise<void> | null = null;
  #supervising: Promise<void> = Promise.resolve();

  constructor(source: FunctionSource, env: Record<string, string>, log: (line: string) => void) {
    this.name = source.name;
    this.#source = source;
    this.#env = { ...env };
    this.#log = log;
  }

  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  /**
   * Changes variables, as `supabase secrets set` and `unset` do, and starts the process again with them, if it runs.
   *
   * @param changes undefined: the variable is unset
   */
  async setSecrets(changes: Readonly<Record<string, string | undefined>>): Promise<void> {
    for (const [name, value] of Object.entries(changes)) {
      if (value === undefined) delete this.#env[name];
      else this.#env[name] = value;
    }
    if (this.#starting === null) return;
    const before = this.pid;
    this.kill("SIGTERM");
    await this.#untilReady(() => this.pid !== before);
  }

  /** Starts the process, unless that has begun, and waits until it takes connections for the first time. */
  start(): Promise<void> {
    if (this.#starting === null) {
      this.#supervising = this.#supervise();
      this.#starting = this.#untilReady(() => true);
    }
    return this.#starting;
  }

  /** @param isNew whether the process is the one that is waited for */
  async #untilReady(isNew: () => boolean): Promise<void> {
    const deadline = performance.now() + READY_TIMEOUT_MS;
    while (!isNew() || !await this.isReady()) {
      if (performance.now() > deadline) {
        throw new Error(`The function ${this.name} did not start; see its output above.`);
      }
      await new Promise((resolve) => setTimeout(resolve, READY_POLL_MS));
    }
  }

  async isReady(): Promise<boolean> {
    try {
      (await Deno.connect({ hostname: "127.0.0.1", port: this.port })).close();
      return true;
    } catch {
      return false;
    }
  }

  kill(signal: Deno.Signal): void {
    this.#child?.kill(signal);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    try {
      this.kill("SIGTERM");
    } catch {
      // It has ended by itself.
    }
    await this.#supervising;
  }

  async #supervise(): Promise<void> {
    let quick_deaths = 0;
    while (!this.#stopped) {
      const started_at = performance.now();
      const child = this.#spawn();
      this.#child = child;
      const output = [
        forward(child.stdout, this.name, this.#log),
        forward(child.stderr, this.name, this.#log),
      ];
      const { signal } = await child.status;
      await Promise.all(output);
      if (this.#stopped) return;
      const is_quick = signal === null && performance.now() - started_at < QUICK_DEATH_MS;
      quick_deaths = is_quick ? quick_deaths + 1 : 0;
      this.#log(`${this.name}: ${DIED}`);
      if (quick_deaths > QUICK_DEATHS_MAX) await new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
    }
  }

  #spawn(): Deno.ChildProcess {
    return new Deno.Command(Deno.execPath(), {
      args: [...denoArguments(this.#source)],
      cwd: dirname(this.#source.entrypoint),
      clearEnv: true,
      env: { ...this.#env, DENO_SERVE_ADDRESS: `tcp:127.0.0.1:${this.port}` },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  }
}

/** With which Deno runs a function. */
export function denoArguments({ flags, entrypoint }: FunctionSource): readonly string[] {
  return [
    "run",
    "--quiet",
    "--no-prompt",
    "--no-check",
    "--allow-net",
    "--allow-env",
    "--allow-read",
    ...flags,
    `--v8-flags=--max-heap-size=${HOSTED_LIMITS.memory_mb}`,
    `--preload=${ROOT}/local/functions/edge-runtime.ts`,
    entrypoint,
  ];
}

async function forward(
  stream: ReadableStream<Uint8Array>,
  name: string,
  log: (line: string) => void,
): Promise<void> {
  let rest = "";
  for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (!line.startsWith("Listening on")) log(`${name}: ${line}`);
  }
  if (rest !== "") log(`${name}: ${rest}`);
}
