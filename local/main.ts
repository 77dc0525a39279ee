// The process behind `npm start`: one stack in the foreground, until standard input ends or a signal comes.
import { parseOptions } from "./options.ts";
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
    log: (line) => console.error(line),
    env: Deno.env.toObject(),
  });
  const ready = {
    apiUrl: stack.apiUrl,
    databaseUrl: stack.databaseUrl,
    publishableKey: stack.publishableKey,
    secretKey: stack.secretKey,
    googleUrl: stack.googleUrl,
    outlookUrl: stack.outlookUrl,
    users: stack.users,
  };
  console.error(`Ready after ${((performance.now() - started_at) / 1000).toFixed(1)} s.`);
  console.log(options.json ? JSON.stringify(ready) : describe(ready));
  await stop.promise;
  await stack.stop();
} catch (error: unknown) {
  console.error(`npm start: ${error instanceof Error ? error.message : "failed"}`);
  Deno.exit(1);
}
Deno.exit(0);

function describe(
  ready: {
    apiUrl: string;
    databaseUrl: string;
    googleUrl: string;
    outlookUrl: string;
    users: readonly { email: string }[];
  },
) {
  return `API ${ready.apiUrl} · database ${ready.databaseUrl} · Google calendars ${ready.googleUrl} · Outlook calendars ${ready.outlookUrl} · users ${
    ready.users.map(({ email }) => email).join(", ")
  } (passwords: --json)`;
}
