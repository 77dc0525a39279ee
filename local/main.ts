// The process behind `npm start`: one stack in the foreground, until standard input ends or a signal comes.
import { parseOptions } from "./options.ts";
import { describeReady } from "./ready.ts";
import { startStack } from "./stack.ts";

const started_at = performance.now();
const stop = Promise.withResolvers<void>();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  Deno.addSignalListener(signal, () => stop.resolve());
}
(async () => {
  for await (const _ of Deno.stdin.readable) continue;
  stop.resolve();
})();

try {
  const options = parseOptions(Deno.args);
  const stack = await startStack({
    ...options,
    page: true,
    log: (line) => console.error(line),
    env: Deno.env.toObject(),
  });
  const ready = {
    apiUrl: stack.apiUrl,
    databaseUrl: stack.databaseUrl,
    publishableKey: stack.publishableKey,
    secretKey: stack.secretKey,
    settingsUrl: stack.settingsUrl,
    googleUrl: stack.googleUrl,
    outlookUrl: stack.outlookUrl,
    users: stack.users,
  };
  const took_s = (performance.now() - started_at) / 1000;
  if (options.json) {
    console.error(`Ready after ${took_s.toFixed(1)} s.`);
    console.log(JSON.stringify(ready));
  } else {
    console.error(describeReady(ready));
    console.log(`Ready after ${took_s.toFixed(1)} s: ${ready.settingsUrl}`);
  }
  await stop.promise;
  await stack.stop();
} catch (error: unknown) {
  console.error(`npm start: ${error instanceof Error ? error.message : "failed"}`);
  Deno.exit(1);
}
Deno.exit(0);
