import { bundleFunctions } from "../local/bundle/functions.ts";
import { functionEnvironment } from "../local/environment.ts";
import { freePort } from "../local/free-port.ts";
import { denoArguments } from "../local/functions/function-process.ts";
import { type FunctionSource, repositoryFunctions } from "../local/functions/function-source.ts";
import { createProjectKeys } from "../local/gateway/keys.ts";
import { atMost, quantile, ratio, type Row } from "./table.ts";

const ROUNDS = 7;
/** Deno's caches are warm after it, as those of a host that has run the function before. */
const WARM_UP_ROUNDS = 1;
const POLL_MS = 2;
const PATIENCE_MS = 60_000;
/** A bundle that starts more slowly than its source would be deployed for its size alone. */
const RATIO_MAX = 1;

/**
 * How long a function takes from the start of its process to its first answer, from a bundle and from source, in turns. Both are run
 * by Deno on this machine: the edge runtime's own format and network are not in it.
 */
export async function coldStart(): Promise<readonly Row[]> {
  const folder = await Deno.makeTempDir({ prefix: "ecocomply-cold-start-" });
  try {
    const env = await environment();
    const bundles = new Map((await bundleFunctions()).map((bundle) => [bundle.name, bundle.code]));
    const rows: Row[] = [];
    for (const source of await repositoryFunctions()) {
      const entrypoint = `${folder}/${source.name}.js`;
      await Deno.writeTextFile(entrypoint, bundles.get(source.name) ?? "");
      rows.push(await compare({ name: source.name, entrypoint, flags: ["--no-config"] }, source, env));
    }
    return rows;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function compare(
  bundle: FunctionSource,
  source: FunctionSource,
  env: Readonly<Record<string, string>>,
): Promise<Row> {
  const [bundled, from_source]: [number[], number[]] = [[], []];
  for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round++) {
    const [bundle_ms, source_ms] = [await firstAnswer(bundle, env), await firstAnswer(source, env)];
    if (round < WARM_UP_ROUNDS) continue;
    bundled.push(bundle_ms);
    from_source.push(source_ms);
  }
  const [bundle_ms, source_ms] = [quantile(bundled, 0.5), quantile(from_source, 0.5)];
  return [
    `cold start of ${source.name}, bundled`,
    ratio(bundle_ms, source_ms),
    `${Math.round(bundle_ms)} ms for ${Math.round(source_ms)} ms from source, medians of ${ROUNDS}`,
    atMost(bundle_ms / source_ms, RATIO_MAX, " ×"),
  ];
}

/** Starts a function, asks until it answers, whatever it answers, and ends it. */
async function firstAnswer(source: FunctionSource, env: Readonly<Record<string, string>>): Promise<number> {
  const port = freePort();
  const started_at = performance.now();
  const child = new Deno.Command(Deno.execPath(), {
    args: [...denoArguments(source)],
    clearEnv: true,
    env: { ...env, DENO_SERVE_ADDRESS: `tcp:127.0.0.1:${port}` },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  try {
    while (performance.now() - started_at < PATIENCE_MS) {
      const response = await fetch(`http://127.0.0.1:${port}/${source.name}`).catch(() => null);
      await response?.body?.cancel();
      if (response !== null) return performance.now() - started_at;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    throw new Error(`${source.name} did not answer.`);
  } finally {
    child.kill("SIGKILL");
    await child.status;
  }
}

async function environment(): Promise<Record<string, string>> {
  const client = { id: "bench.apps.example", secret: "bench" };
  const { variables } = functionEnvironment({
    given: {},
    apiUrl: "http://127.0.0.1:9",
    keys: await createProjectKeys(),
    emulators: { GOOGLE_CLIENT_ID: client.id, GOOGLE_CLIENT_SECRET: client.secret },
  });
  const needed = ["HOME", "DENO_DIR", "XDG_CACHE_HOME"];
  const caches = needed.flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...variables, ...Object.fromEntries(caches) };
}
