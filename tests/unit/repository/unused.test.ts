import assert from "node:assert/strict";
import { ROOT } from "../../../local/paths.ts";

Deno.test("no file, export or dependency is unused", async () => {
  const knip = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "--quiet", "node_modules/knip/bin/knip.js", "--no-progress"],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  });
  const { code, stdout, stderr } = await knip.output();
  const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  assert.equal(code, 0, said);
});
