import { createRequire } from "node:module";
import { z } from "zod";
import { fromFileUrl, ROOT } from "../../../local/paths.ts";

/** A Chromium that can be launched. */
export interface Chromium {
  readonly executablePath: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Not the package's own: they put everything into one process, which dies with its first context, and switch the
 * same-origin policy off, without which a test says nothing about what a person's browser allows.
 *
 * Without a sandbox, as that takes a setuid program or user namespaces that not every machine grants, and root never has
 * it: these tests open pages of this repository only.
 */
const ARGS = [
  "--no-sandbox",
  "--headless=shell",
  "--disable-gpu",
  "--font-render-hinting=none",
];

/** An environment for which the package unpacks its libraries too. */
const AS_IN_A_LAMBDA = { AWS_EXECUTION_ENV: "AWS_Lambda_nodejs22.x" };

/**
 * The Chromium of the npm package, unpacked once a version; on a bare system with the libraries and the fonts that it
 * brings along. `CHROMIUM_PATH` names another one.
 *
 * @throws Error that says what is missing
 */
export async function findChromium(): Promise<Chromium> {
  const given = Deno.env.get("CHROMIUM_PATH");
  if (given !== undefined) return { executablePath: given, args: ARGS, env: Deno.env.toObject() };
  if (Deno.build.os !== "linux" || Deno.build.arch !== "x86_64") {
    throw new Error("The Chromium from npm runs on 64-bit Linux: set CHROMIUM_PATH to one of yours.");
  }
  const folder = await unpacked(`${ROOT}/node_modules/.cache`);
  const executablePath = `${folder}/chromium`;
  return { executablePath, args: ARGS, env: await environmentFor(executablePath, folder) };
}

/**
 * Unpacks Chromium below a folder unless it is there: into a folder that is renamed when it is complete, so that test
 * processes that start at once do not see each other's halves.
 */
async function unpacked(cache: string): Promise<string> {
  const { version } = z.object({ version: z.string() }).parse(
    createRequire(import.meta.url)(`${ROOT}/node_modules/@sparticuz/chromium/package.json`),
  );
  const target = `${cache}/chromium-${version}`;
  if (await exists(target)) return target;
  await Deno.mkdir(cache, { recursive: true });
  const unfinished = await Deno.makeTempDir({ dir: cache, prefix: "chromium-unfinished-" });
  try {
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--quiet",
        "--allow-all",
        "--no-check",
        fromFileUrl(new URL("unpack-chromium.ts", import.meta.url)),
      ],
      env: { TMPDIR: unfinished, ...AS_IN_A_LAMBDA },
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).output();
    if (!success) throw new Error(`Chromium was not unpacked: ${new TextDecoder().decode(stderr).trim()}`);
    await Deno.writeTextFile(`${unfinished}/fonts.conf`, fontConfig(target));
    // Whoever installs the packages and whoever tests need not be the same.
    await Deno.chmod(`${unfinished}/chromium`, 0o755);
    await Deno.chmod(unfinished, 0o755);
    await Deno.rename(unfinished, target).catch(async (error: unknown) => {
      if (!await exists(target)) throw error;
    });
  } finally {
    await Deno.remove(unfinished, { recursive: true }).catch(() => {});
  }
  return target;
}

/** The process's own, with the package's libraries and fonts where the system has none. */
async function environmentFor(executablePath: string, folder: string): Promise<Record<string, string>> {
  const env = Deno.env.toObject();
  if (!await exists("/etc/fonts/fonts.conf")) env["FONTCONFIG_FILE"] = `${folder}/fonts.conf`;
  if ((await missingLibraries(executablePath, env)).length === 0) return env;
  const brought = `${folder}/al2023/lib`;
  env["LD_LIBRARY_PATH"] = [brought, env["LD_LIBRARY_PATH"]].filter((path) => path).join(":");
  const missing = await missingLibraries(executablePath, env);
  if (missing.length > 0) throw new Error(`Chromium lacks ${missing.join(", ")}: install them.`);
  return env;
}

/** The shared libraries of a program that the loader does not find. */
async function missingLibraries(executablePath: string, env: Record<string, string>): Promise<string[]> {
  const { stdout } = await new Deno.Command("ldd", { args: [executablePath], env, stderr: "null" }).output();
  return [...new TextDecoder().decode(stdout).matchAll(/^\s*(\S+) => not found/gm)].map(([, name = ""]) =>
    name
  );
}

/** For a system without fonts: the package's own configuration names the folders of a Lambda. */
function fontConfig(folder: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${folder}/fonts</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>${folder}/fonts-cache</cachedir>
</fontconfig>
`;
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
