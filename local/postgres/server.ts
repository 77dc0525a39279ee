import { join } from "node:path";
import postgres from "postgres";
import { freePort } from "../free-port.ts";
import { type Binaries, findBinaries } from "./binaries.ts";

const START_TIMEOUT_MS = 20_000;
const STOP_TIMEOUT_MS = 8_000;
const PASSWORD_FILE = "stack.password";

/** A running embedded server. */
export interface PostgresServer {
  /** A superuser's. */
  readonly url: string;
  readonly port: number;
  stop(): Promise<void>;
}

/**
 * Starts PostgreSQL on 127.0.0.1. It ends when {@link PostgresServer.stop} is called and when this process dies.
 *
 * @param options.dataDir kept and used again; without it the database is temporary
 * @throws Error with one line that says what went wrong
 */
export async function startPostgres(options: {
  readonly dataDir?: string;
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
  options: { readonly dataDir?: string; readonly log: (line: string) => void },
): Promise<PostgresServer> {
  await Deno.chmod(scratch, 0o755);
  const binaries = await findBinaries(scratch);
  const data = options.dataDir ?? join(scratch, "data");
  const password = await passwordOf(scratch, options.dataDir);
  await own(scratch, binaries);
  if (options.dataDir !== undefined) await Deno.mkdir(data, { recursive: true });
  if (options.dataDir !== undefined) await own(data, binaries);
  if (!await exists(join(data, "PG_VERSION"))) {
    await initialise(binaries, data, join(scratch, "password"));
    await Deno.writeTextFile(join(data, PASSWORD_FILE), password, { mode: 0o600 });
  }

  const port = freePort();
  const settings = {
    listen_addresses: "127.0.0.1",
    port: String(port),
    unix_socket_directories: scratch,
    max_connections: "100",
    shared_buffers: "128MB",
    jit: "off",
    timezone: "UTC",
    log_min_messages: "fatal",
    // A temporary database need not survive a power cut.
    ...(options.dataDir === undefined
      ? { fsync: "off", synchronous_commit: "off", full_page_writes: "off" }
      : {}),
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
      data,
      ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
    ],
    ...childOptions(binaries),
    stdin: "piped",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const stderr = lastLines(child.stderr, options.log);
  const url = `postgresql://supabase_admin:${password}@127.0.0.1:${port}/postgres`;
  const server: PostgresServer = {
    url,
    port,
    async stop() {
      await child.stdin.close().catch(() => {});
      const timer = setTimeout(() => child.kill("SIGKILL"), STOP_TIMEOUT_MS);
      await child.status;
      clearTimeout(timer);
      await stderr.done;
      await Deno.remove(scratch, { recursive: true }).catch(() => {});
    },
  };
  const ended = child.status.then(() => "ended" as const);
  const outcome = await Promise.race([untilReady(url), ended]);
  if (outcome === "ready") return server;
  await server.stop();
  throw new Error(`PostgreSQL did not start: ${stderr.last() || "no reason given"}`);
}

async function initialise(binaries: Binaries, data: string, passwordFile: string): Promise<void> {
  const { success, stderr } = await new Deno.Command(join(binaries.root, "bin", "initdb"), {
    args: [
      ...["-D", data, "-U", "supabase_admin", "--pwfile", passwordFile],
      ...["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-sync"],
    ],
    ...childOptions(binaries),
    stdout: "null",
    stderr: "piped",
  }).output();
  if (success) return;
  const reason = new TextDecoder().decode(stderr).trim().split("\n").at(-1) ?? "";
  throw new Error(`The database could not be created in ${data}: ${reason}`);
}

/** A persistent database keeps its password with its data. */
async function passwordOf(scratch: string, dataDir: string | undefined): Promise<string> {
  const kept = dataDir === undefined ? null : join(dataDir, PASSWORD_FILE);
  const password = kept !== null && await exists(kept) ? await Deno.readTextFile(kept) : crypto.randomUUID();
  await Deno.writeTextFile(join(scratch, "password"), password, { mode: 0o600 });
  return password;
}

function childOptions({ root, runAs }: Binaries) {
  return {
    ...(runAs ?? {}),
    cwd: "/",
    clearEnv: true,
    env: { PATH: Deno.env.get("PATH") ?? "/usr/bin:/bin", LD_LIBRARY_PATH: join(root, "lib"), LC_ALL: "C" },
  };
}

async function own(path: string, { runAs }: Binaries): Promise<void> {
  if (runAs === null) return;
  await new Deno.Command("chown", { args: ["-R", `${runAs.uid}:${runAs.gid}`, path] }).output();
}

async function untilReady(url: string): Promise<"ready" | "late"> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (performance.now() < deadline) {
    const sql = postgres(url, { max: 1, connect_timeout: 2, onnotice: () => {} });
    try {
      await sql`select 1`;
      return "ready";
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    } finally {
      await sql.end({ timeout: 1 });
    }
  }
  return "late";
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

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
