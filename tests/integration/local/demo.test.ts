import assert from "node:assert/strict";
import { ROOT } from "../../../local/paths.ts";
import { startStack } from "../../../local/stack.ts";
import { runTemplate } from "../../support/database.ts";

Deno.test({
  name: "npm run demo shows that a moved event is put back and proposed, and that a deleted one comes back",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const stack = await startStack({ ...runTemplate(), seed: false });
    const file = await Deno.makeTempFile({ suffix: ".json" });
    try {
      await Deno.writeTextFile(file, JSON.stringify(stack));
      const command = new Deno.Command("npm", {
        args: ["run", "demo", "--silent", "--", file],
        cwd: ROOT,
        stdout: "piped",
        stderr: "piped",
      });
      const { success, stdout, stderr } = await command.output();
      const shown = new TextDecoder().decode(stdout);
      assert.ok(success, shown + new TextDecoder().decode(stderr));
      const latencies = String.raw`(?: +\d+ ms){3}`;
      const day = String.raw`(\d{4}-\d{2}-\d{2})`;
      const moved = new RegExp(`^move it .* put back to ${day}${latencies}$`, "m").exec(shown);
      const asked = new RegExp(`${day} instead of ${day}\\? \\(3 proposals are open\\)$`, "m").exec(shown);
      assert.ok(moved && asked, shown);
      assert.equal(asked[2], moved[1]);
      assert.notEqual(asked[1], moved[1]);
      assert.match(shown, new RegExp(`^delete it .* comes back${latencies}$`, "m"));
      assert.match(shown, /^delete the rest/m);
    } finally {
      await stack.stop();
      await Deno.remove(file);
    }
  },
});
