import assert from "node:assert/strict";
import { ROOT } from "../../../local/paths.ts";

/** In npm's place: the registry has no version, and publishing needs a terminal, as npm does to ask for a second factor. */
const NPM = `#!/bin/sh
case "$1" in
  view) echo '{"error":{"code":"E404"}}'; exit 1 ;;
  pack)
    for argument; do
      case "$argument" in --pack-destination=*) folder="\${argument#*=}" ;; esac
    done
    mkdir "$folder/package"
    tar -C "$folder" -cf "$folder/made.tgz" package
    echo '[{"filename":"made.tgz"}]' ;;
  publish) if [ -t 0 ] && [ -t 1 ] && [ -t 2 ]; then echo asked; else echo EOTP >&2; exit 1; fi ;;
esac
`;

/** @param command how the publishing is begun */
async function publish(command: (publishing: string) => string): Promise<string> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/npm`, NPM, { mode: 0o755 });
    const { stdout, stderr } = await new Deno.Command("sh", {
      args: ["-c", command(`node "${ROOT}/local/run.mjs" local/publish.ts`)],
      env: { PATH: `${folder}:${Deno.env.get("PATH")}` },
      stdin: "null",
    }).output();
    const text = new TextDecoder();
    return (text.decode(stdout) + text.decode(stderr)).replaceAll("\r", "");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test({
  name: "at a terminal npm may ask who publishes",
  // Elsewhere `script` takes other arguments.
  ignore: Deno.build.os !== "linux",
}, async () => {
  const said = await publish((publishing) => `script -qec '${publishing}' /dev/null`);
  assert.match(
    said,
    /^asked\nasked\necocomply-calendar \S+: published\n@ecocomply\/calendar-settings \S+: published\n$/,
  );
});

Deno.test("without a terminal publishing ends with what npm said", async () => {
  assert.equal(await publish((publishing) => publishing), "publish: npm publish: EOTP\n");
});
