import { join } from "node:path";
import { freePort } from "../free-port.ts";
import { findBinaries } from "./binaries.ts";
import { childOptions, openDataDirectory } from "./data-directory.ts";

const START_TIMEOUT_MS = 60_000;
const START_POLL_MS = 50;
const STOP_TIMEOUT_MS = 8_000;

/** How a server goes down before it comes up again. */
export type RestartMode = keyof typeof SIGNALS;

/** PostgreSQL documentation, "Shutting Down the Server". */
const SIGNALS = { fast: "INT", immediate: "QUIT" } as const;

/** Of postmaster.pid, counted from 0; PostgreSQL's source, src/include/utils/pidfile.h. */
const [PID_LINE, START_TIME_LINE, STATUS_LINE] = [0, 2, 7];

/** A running embedded server. */
export interface PostgresServer {
  /** A superuser's. */
  readonly url: string;
  readonly port: number;
  /**
   * Stops the server and starts it again where it was.
   *
   * @param mode `immediate` is a crash: sessions are cut, and unlogged tables are empty afterwards
   * @throws Error with one line that says why it did not come back; it is stopped then
   */
  restart(mode: RestartMode): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts PostgreSQL on 127.0.0.1. It ends when {@link PostgresServer.stop} is called and when this process dies.
 *
 * @param options.dataDir kept and used again; without it the database is temporary
 * @param options.template see `openDataDirectory`
 * @throws Error with one line that says what went wrong
 */
export async function startPostgres(options: {
  readonly dataDir?: string;
  readonly template?: string;
  readonly log: (line: string) => void;
}): Promise<PostgresServer> {
  const scratch = await Deno.makeTempDir({ prefix: "ecocomply-postgres-" });
  try {
    return await startIn(scratch, options);
  } catch (error: unknown) {
    await Deno.remove(scratch, { recursive: true }).catch(() => {});
    throw error;
  }
}

async function startIn(
  scratch: string,
  options: { readonly dataDir?: string; readonly template?: string; readonly log: (line: string) => void },
): Promise<PostgresServer> {
  await Deno.chmod(scratch, 0o755);
  const binaries = await findBinaries(scratch);
  const { path, password } = await openDataDirectory(binaries, scratch, options);

  const port = freePort();
  const settings = {
    listen_addresses: "127.0.0.1",
    port: String(port),
    unix_socket_directories: scratch,
    max_connections: "100",
    shared_buffers: "128MB",
    timezone: "UTC",
    log_min_messages: "fatal",
    // A temporary database need not survive a power cut; its own crash it survives, with all that was committed.
    ...(options.dataDir === undefined ? { fsync: "off", full_page_writes: "off" } : {}),
  };
  const child = new Deno.Command("sh", {
    args: [
      // By its text: the unprivileged user may not reach the file.
      "-c",
      await Deno.readTextFile(new URL("run-postgres.sh", import.meta.url)),
      "run-postgres.sh",
      scratch,
      join(binaries.root, "bin", "postgres"),
      "-D",
      path,
      ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
    ],
    ...childOptions(binaries),
    stdin: "piped",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const stderr = lastLines(child.stderr, options.log);
  const url = `postgresql://supabase_admin:${password}@127.0.0.1:${port}/postgres`;
  const ended = child.status.then(() => null);
  const commands = child.stdin.getWriter();
  let started_at = await startOf(null);

  /** @param earlier the start that is over */
  async function startOf(earlier: string | null): Promise<string> {
    const found = await Promise.race([untilStarted(path, earlier), ended]);
    if (found !== null) return found;
    await stop();
    throw new Error(`PostgreSQL did not start: ${stderr.last() || "no reason given"}`);
  }

  async function stop(): Promise<void> {
    await commands.close().catch(() => {});
    const timer = setTimeout(() => child.kill("SIGKILL"), STOP_TIMEOUT_MS);
    await child.status;
    clearTimeout(timer);
    await stderr.done;
    await Deno.remove(scratch, { recursive: true }).catch(() => {});
  }

  return {
    url,
    port,
    async restart(mode) {
      await commands.write(new TextEncoder().encode(`${SIGNALS[mode]}\n`));
      started_at = await startOf(started_at);
    },
    stop,
  };
}

/**
 * Waits as pg_ctl does, by the server's own file: a connection that comes too early would leave a FATAL in the log.
 *
 * @returns the server's process id and the second of its start; null where it is not ready in time
 */
async function untilStarted(data: string, earlier: string | null): Promise<string | null> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (performance.now() < deadline) {
    const lines = (await Deno.readTextFile(join(data, "postmaster.pid")).catch(() => "")).split("\n");
    const start = `${lines[PID_LINE]} ${lines[START_TIME_LINE]}`;
    if (lines[STATUS_LINE]?.trim() === "ready" && start !== earlier) return start;
    await new Promise((resolve) => setTimeout(resolve, START_POLL_MS));
  }
  return null;
}

function lastLines(stream: ReadableStream<Uint8Array>, log: (line: string) => void) {
  let last = "";
  const done = (async () => {
    for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
      for (const line of chunk.split("\n").filter((text) => text.trim() !== "")) {
        last = line;
        log(`postgres: ${line}`);
      }
    }
  })();
  return { done, last: () => last };
}
