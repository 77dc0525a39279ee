import assert from "node:assert/strict";
import { ROOT } from "../../../local/paths.ts";

/**
 * Installs into an empty checkout.
 *
 * @param npm what runs in npm's place
 * @param signal what ends it, in JavaScript
 */
async function install(
  npm: string,
  signal = "",
): Promise<{ readonly code: number; readonly stderr: string }> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/local`);
    await Deno.mkdir(`${folder}/bin`);
    await Deno.copyFile(`${ROOT}/local/install.mjs`, `${folder}/local/install.mjs`);
    await Deno.writeTextFile(`${folder}/package-lock.json`, '{"packages":{}}');
    await Deno.writeTextFile(`${folder}/bin/npm`, `#!/bin/sh\n${npm}\n`, { mode: 0o755 });
    const { code, stderr } = await new Deno.Command("node", {
      args: [
        "--input-type=module",
        "-e",
        `await (await import("${folder}/local/install.mjs")).installMissing(${signal});`,
      ],
      env: { PATH: `${folder}/bin:${Deno.env.get("PATH")}` },
    }).output();
    return { code, stderr: new TextDecoder().decode(stderr) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("an installation says how much it is, and npm warns of nothing", async () => {
  const { code, stderr } = await install('echo "npm $*" >&2');
  assert.equal(code, 0);
  assert.match(stderr, /^Installing packages: once, some \d+ MB, .*\nnpm install .*--loglevel=error\n$/);
});

Deno.test("an installation that fails is one clear line and a non-zero exit", async () => {
  const { code, stderr } = await install("exit 1");
  assert.equal(code, 1);
  assert.match(stderr, /\nnpm install failed\. Check the connection to the package registry\.\n$/);
});

Deno.test("an installation that is told to stop ends npm, and is no failure", async () => {
  const { code, stderr } = await install("exec sleep 60", "AbortSignal.timeout(100)");
  assert.equal(code, 0);
  assert.doesNotMatch(stderr, /failed/);
});
