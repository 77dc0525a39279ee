// The process behind `npm start`: one stack in the foreground, until standard input ends or a signal comes.
import { parseOptions, type StackOptions } from "./options.ts";
import { type Progress, reportProgress, SILENT } from "./progress.ts";
import { describeReady } from "./ready.ts";
import { announceStack, createLogFile, type Ready } from "./running-stacks.ts";
import { type Stack, startStack } from "./stack.ts";

const started_at = performance.now();
const stopping = new AbortController();
const stopped = new Promise((resolve) => stopping.signal.addEventListener("abort", resolve));
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  Deno.addSignalListener(signal, () => stopping.abort());
}
(async () => {
  for await (const _ of Deno.stdin.readable) continue;
  stopping.abort();
})();

let progress: Progress = SILENT;
let sayToPeople = (_line: string) => {};
try {
  const options = parseOptions(Deno.args);
  const forPeople = !options.json;
  const encoder = new TextEncoder();
  if (forPeople) {
    progress = reportProgress({
      isTerminal: () => Deno.stderr.isTerminal(),
      write: (text) => void Deno.stderr.writeSync(encoder.encode(text)),
    });
    sayToPeople = (line) => console.error(line);
  }
  stopped.then(() => {
    progress.abandon();
    sayToPeople("\nStopping…");
  });
  const log_file = options.json || options.verbose ? null : await createLogFile();
  const log = log_file === null ? (line: string) => console.error(line) : appendTo(log_file);
  const stack = await startStack({
    ...options,
    page: true,
    demo: true,
    log,
    progress: (step) => progress.step(step),
    env: Deno.env.toObject(),
    signal: stopping.signal,
  });
  // Not awaited: nothing that is said to be ready waits for them.
  stack.startFunctions().catch((error: unknown) => log(String(error)));
  progress.finish();
  const ready = readyOf(stack);
  const withdraw = await announceStack(ready);
  if (!stopping.signal.aborted) sayReady(ready, options, log_file);
  await stopped;
  await withdraw();
  await stack.stop();
} catch (error: unknown) {
  if (!stopping.signal.aborted) {
    progress.abandon();
    console.error(`npm start: ${error instanceof Error ? error.message : "failed"}`);
    Deno.exit(1);
  }
}
sayToPeople("Stopped. Good-bye.");
Deno.exit(0);

function readyOf(stack: Stack): Ready {
  return {
    apiUrl: stack.apiUrl,
    databaseUrl: stack.databaseUrl,
    publishableKey: stack.publishableKey,
    secretKey: stack.secretKey,
    settingsUrl: stack.settingsUrl,
    googleUrl: stack.googleUrl,
    outlookUrl: stack.outlookUrl,
    users: [...stack.users],
    caldavUrl: stack.caldavUrl,
    demoUrl: stack.demoUrl,
  };
}

function sayReady(ready: Ready, options: StackOptions, log_file: string | null): void {
  const took_s = (performance.now() - started_at) / 1000;
  if (options.json) {
    console.error(`Ready after ${took_s.toFixed(1)} s.`);
    console.log(JSON.stringify(ready));
  } else {
    console.error(describeReady(ready, log_file));
    console.log(`Ready after ${took_s.toFixed(1)} s: ${ready.demoUrl}`);
  }
}

function appendTo(path: string): (line: string) => void {
  const file = Deno.openSync(path, { append: true });
  const encoder = new TextEncoder();
  return (line) => void file.writeSync(encoder.encode(`${line}\n`));
}
