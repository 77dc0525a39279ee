import assert from "node:assert/strict";
import { Webhook } from "standardwebhooks";
import { freePort } from "../../../local/free-port.ts";
import { ROOT } from "../../../local/paths.ts";
import { SNIPPETS } from "../../../settings/src/webhooks/snippets.ts";
import { until } from "../../support/calendar-api.ts";

const SECRET = `whsec_${btoa("a secret of thirty-two characters")}`;
const BODY = JSON.stringify({
  type: "deadline.failed",
  timestamp: "2027-01-31T09:00:00Z",
  data: { code: "too_long" },
});

/** How each is run. What they import is the copy of this repository. */
const RUN: Readonly<
  Record<keyof typeof SNIPPETS, { readonly ending: string; readonly command: readonly string[] }>
> = {
  Node: { ending: "mjs", command: [Deno.execPath(), "run", "--quiet", "--allow-all"] },
  Deno: { ending: "ts", command: [Deno.execPath(), "run", "--quiet", "--no-check", "--allow-all"] },
  Python: { ending: "py", command: ["python3"] },
};

/** A developer's machine may have none. */
const has_python = await new Deno.Command("python3", { args: ["--version"], stdout: "null", stderr: "null" })
  .output().then(({ success }) => success, () => false);

for (const language of ["Node", "Deno", "Python"] as const) {
  const name = `the ${language} snippet takes what is signed, and refuses everything else`;
  Deno.test({ name, ignore: language === "Python" && !has_python }, async () => {
    const { ending, command: [program = "", ...args] } = RUN[language];
    await Deno.mkdir(`${ROOT}/settings/dist`, { recursive: true });
    // Inside of the repository, so that what it imports is found.
    const folder = await Deno.makeTempDir({ dir: `${ROOT}/settings/dist` });
    const file = `${folder}/receiver.${ending}`;
    const port = freePort();
    // Pinned, as this repository does it: a registry is no part of the test.
    await Deno.writeTextFile(file, SNIPPETS[language].replace("npm:standardwebhooks", "standardwebhooks"));
    await using receiver = new Deno.Command(program, {
      args: [...args, file],
      env: { CALENDAR_WEBHOOK_SECRET: SECRET, PORT: String(port) },
      stdout: "null",
      stderr: "null",
    }).spawn();
    try {
      const send = async (body: string, secret: string, at: Date) => {
        const webhook = new Webhook(secret);
        const response = await fetch(`http://127.0.0.1:${port}/`, {
          method: "POST",
          headers: {
            "webhook-id": "evt_1",
            "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
            "webhook-signature": webhook.sign("evt_1", at, BODY),
          },
          body,
        });
        await response.body?.cancel();
        return response.status;
      };
      const now = new Date();
      await until(() => send(BODY, SECRET, now).catch(() => false), 30_000);
      assert.equal(await send(BODY, SECRET, now), 204);
      assert.equal(await send(BODY.replace("too_long", "other"), SECRET, now), 401, "another body");
      assert.equal(await send(BODY, `whsec_${btoa("another secret of the same length")}`, now), 401);
      assert.equal(await send(BODY, SECRET, new Date(now.getTime() - 600_000)), 401, "too old");
      const unsigned = await fetch(`http://127.0.0.1:${port}/`, { method: "POST", body: BODY });
      await unsigned.body?.cancel();
      assert.equal(unsigned.status, 401, "unsigned");
    } finally {
      receiver.kill();
      await receiver.status;
      await Deno.remove(folder, { recursive: true });
    }
  });
}
