import { z } from "zod";
import { ROOT } from "./paths.ts";

const FOLDER = `${ROOT}/.stack`;
const LOGS_KEPT_MS = 24 * 60 * 60_000;

/** What `npm start` says of a stack: the line that it prints with `--json`. */
export const Ready = z.object({
  apiUrl: z.string(),
  databaseUrl: z.string(),
  publishableKey: z.string(),
  secretKey: z.string(),
  settingsUrl: z.string(),
  googleUrl: z.string(),
  outlookUrl: z.string(),
  users: z.array(z.object({ id: z.string(), email: z.string(), password: z.string() })),
  caldavUrl: z.string(),
  demoUrl: z.string(),
});
export type Ready = z.infer<typeof Ready>;

/**
 * Leaves word of a stack for whoever looks for one in this checkout. It holds keys: nobody else on this machine may read it.
 *
 * @returns takes the word back
 */
export async function announceStack(ready: Ready, folder: string = FOLDER): Promise<() => Promise<void>> {
  await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
  const path = `${folder}/${new URL(ready.apiUrl).port}.json`;
  // A file that is there already would keep its mode.
  await Deno.remove(path).catch(() => {});
  await Deno.writeTextFile(path, JSON.stringify(ready), { mode: 0o600 });
  return () => Deno.remove(path).catch(() => {});
}

/** A file of its own for what this process logs. Those of others are kept for a day. */
export async function createLogFile(folder: string = FOLDER): Promise<string> {
  await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
  for (const path of await filesIn(folder, ".log")) {
    const { mtime } = await Deno.stat(path).catch(() => ({ mtime: null }));
    if (mtime !== null && Date.now() - mtime.getTime() > LOGS_KEPT_MS) {
      await Deno.remove(path).catch(() => {});
    }
  }
  const path = `${folder}/${Deno.pid}.log`;
  await Deno.remove(path).catch(() => {});
  await Deno.writeTextFile(path, "", { mode: 0o600 });
  return path;
}

/** The stack of this checkout that was started last and answers; null: none does. */
export async function findRunningStack(folder: string = FOLDER): Promise<Ready | null> {
  const found: { readonly ready: Ready; readonly announced_at: number }[] = [];
  for (const path of await filesIn(folder, ".json")) {
    const ready = Ready.safeParse(parseJson(await Deno.readTextFile(path).catch(() => "")));
    const { mtime } = await Deno.stat(path).catch(() => ({ mtime: null }));
    if (ready.success && mtime !== null) found.push({ ready: ready.data, announced_at: mtime.getTime() });
  }
  found.sort((one, other) => other.announced_at - one.announced_at);
  for (const { ready } of found) if (await answers(ready)) return ready;
  return null;
}

/** A stack that was killed leaves its word behind, and another may have its port: only the same one knows the key. */
async function answers({ apiUrl, publishableKey }: Ready): Promise<boolean> {
  try {
    const answer = await fetch(`${apiUrl}/auth/v1/user`, {
      headers: { apikey: publishableKey },
      signal: AbortSignal.timeout(2_000),
    });
    await answer.body?.cancel();
    return answer.status === 403;
  } catch {
    return false;
  }
}

async function filesIn(folder: string, suffix: string): Promise<string[]> {
  const paths: string[] = [];
  try {
    for await (const { name } of Deno.readDir(folder)) {
      if (name.endsWith(suffix)) paths.push(`${folder}/${name}`);
    }
  } catch (error: unknown) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return paths;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
