import assert from "node:assert/strict";
import { announceStack, createLogFile, findRunningStack, type Ready } from "../../../local/running-stacks.ts";

async function withFolder(act: (folder: string) => Promise<void>): Promise<void> {
  const parent = await Deno.makeTempDir();
  try {
    await act(`${parent}/.stack`);
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
}

/** Answers as the gateway does to its own key and to others. */
function gateway(publishableKey: string): { readonly ready: Ready; stop(): Promise<void> } {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => new Response(null, { status: request.headers.get("apikey") === publishableKey ? 403 : 401 }),
  );
  const ready = {
    apiUrl: `http://127.0.0.1:${server.addr.port}`,
    databaseUrl: "postgresql://",
    publishableKey,
    secretKey: "",
    settingsUrl: "",
    googleUrl: "",
    outlookUrl: "",
    users: [],
    caldavUrl: "",
    demoUrl: "",
  };
  return { ready, stop: () => server.shutdown() };
}

Deno.test("the stack that was started last and answers is found, until it takes its word back", () =>
  withFolder(async (folder) => {
    assert.equal(await findRunningStack(folder), null);
    const [one, other] = [gateway("one"), gateway("other")];
    await announceStack(one.ready, folder);
    const withdraw = await announceStack(other.ready, folder);
    const now = new Date();
    await Deno.utime(
      `${folder}/${new URL(other.ready.apiUrl).port}.json`,
      now,
      new Date(now.getTime() + 5_000),
    );
    assert.deepEqual(await findRunningStack(folder), other.ready);
    await withdraw();
    assert.deepEqual(await findRunningStack(folder), one.ready);
    await Promise.all([one.stop(), other.stop()]);
  }));

Deno.test("a stack that was killed is not found, nor another one on its port, nor a broken file", () =>
  withFolder(async (folder) => {
    const killed = gateway("killed");
    await announceStack(killed.ready, folder);
    await killed.stop();
    assert.equal(await findRunningStack(folder), null);
    const successor = gateway("successor");
    await announceStack({ ...successor.ready, publishableKey: "predecessor" }, folder);
    await Deno.writeTextFile(`${folder}/1.json`, "{");
    assert.equal(await findRunningStack(folder), null);
    await successor.stop();
  }));

Deno.test("nobody else may read the word of a stack or its log; logs are kept for a day", () =>
  withFolder(async (folder) => {
    const one = gateway("one");
    await announceStack(one.ready, folder);
    await one.stop();
    const old = `${folder}/1.log`;
    await Deno.writeTextFile(old, "");
    await Deno.utime(old, 0, 0);
    const log_file = await createLogFile(folder);
    for (const path of [log_file, `${folder}/${new URL(one.ready.apiUrl).port}.json`]) {
      assert.equal(((await Deno.stat(path)).mode ?? 0) & 0o777, 0o600);
    }
    await assert.rejects(Deno.stat(old), Deno.errors.NotFound);
  }));
