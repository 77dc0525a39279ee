import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";
import { z } from "zod";
import { functionNames } from "../../local/functions/function-source.ts";
import { ROOT } from "../../local/paths.ts";
import { PATIENCE_MS, until } from "../support/calendar-api.ts";

const Ready = z.object({
  apiUrl: z.url(),
  databaseUrl: z.url(),
  googleUrl: z.url(),
  outlookUrl: z.url(),
  caldavUrl: z.url(),
  publishableKey: z.string(),
  secretKey: z.string(),
  settingsUrl: z.url(),
  demoUrl: z.url(),
  users: z.array(z.object({ id: z.uuid(), email: z.string(), password: z.string() })).length(2),
});

const NPM_START = ["npm", "start", "--silent", "--", "--port", "0", "--json"];

function run(args: readonly string[]) {
  const [command = "", ...rest] = args;
  const child = spawn(command, rest, { cwd: ROOT, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk) => stdout += chunk);
  child.stderr.on("data", (chunk) => stderr += chunk);
  const exited = new Promise<number | null>((resolve) => child.on("exit", resolve));
  return { child, exited, stdout: () => stdout, stderr: () => stderr };
}

async function started(args: readonly string[]) {
  const running = run(args);
  const line = await until(
    () => Promise.resolve(running.stdout().split("\n").find((text) => text.startsWith("{"))),
    PATIENCE_MS,
    () => Promise.resolve(running.stderr()),
  );
  assert.equal(running.stdout().trim().split("\n").length, 1, "one line on stdout");
  return { ...running, ready: Ready.parse(JSON.parse(line)) };
}

async function isOpen(url: string): Promise<boolean> {
  try {
    (await Deno.connect({ hostname: "127.0.0.1", port: Number(new URL(url).port) })).close();
    return true;
  } catch {
    return false;
  }
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  assert.ok(child.pid);
  process.kill(-child.pid, signal);
}

/** The processes below one. */
async function descendants(root: number): Promise<{ readonly pid: number; readonly command: string }[]> {
  const { stdout } = await new Deno.Command("ps", { args: ["-eo", "pid=,ppid=,args="] }).output();
  const rows = new TextDecoder().decode(stdout).split("\n").flatMap((line) => {
    const [, pid, ppid, command] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return command === undefined ? [] : [{ pid: Number(pid), ppid: Number(ppid), command }];
  });
  const below = (parent: number): typeof rows =>
    rows.filter(({ ppid }) => ppid === parent).flatMap((row) => [row, ...below(row.pid)]);
  return below(root);
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

const sanitizers = { sanitizeOps: false, sanitizeResources: false };

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.test(
    { name: `${signal} to the group of npm start stops everything within 10 s`, ...sanitizers },
    async () => {
      const { child, ready, exited } = await started([...NPM_START, "--no-seed"]);
      assert.ok(
        await isOpen(ready.apiUrl) && await isOpen(ready.databaseUrl) && await isOpen(ready.googleUrl),
      );
      signalGroup(child, signal);
      await until(
        async () =>
          !await isOpen(ready.apiUrl) && !await isOpen(ready.databaseUrl) && !await isOpen(ready.googleUrl),
        10_000,
      );
      await exited;
    },
  );
}

Deno.test({ name: "the start script itself exits 0 after SIGTERM", ...sanitizers }, async () => {
  // Not through node:child_process, which reports no code for a process that it sent a signal to.
  const child = new Deno.Command("node", {
    args: ["local/start.mjs", "--port", "0", "--json", "--no-seed"],
    cwd: ROOT,
    stdout: "piped",
    stderr: "null",
  }).spawn();
  await child.stdout.getReader().read();
  child.kill("SIGTERM");
  assert.equal((await child.status).code, 0);
});

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.test(
    {
      name: `${signal} while everything is starting stops it within 10 s, without a ready line`,
      ...sanitizers,
    },
    async () => {
      const child = new Deno.Command("node", {
        args: ["local/start.mjs", "--port", "0", "--json", "--no-seed"],
        cwd: ROOT,
        stdout: "piped",
        stderr: "null",
      }).spawn();
      const begun = await until(async () => {
        const below = await descendants(child.pid);
        return below.some(({ command }) => /\b(initdb|postgres)\b/.test(command)) && below;
      });
      child.kill(signal);
      const told_at = performance.now();
      const { code, stdout } = await child.output();
      assert.ok(performance.now() - told_at < 10_000);
      assert.deepEqual([code, new TextDecoder().decode(stdout)], [0, ""]);
      assert.deepEqual(begun.filter(({ pid }) => isRunning(pid)), []);
    },
  );
}

for (const signal of ["SIGTERM", "SIGKILL"] as const) {
  Deno.test({ name: `${signal} to npm alone stops everything within 10 s`, ...sanitizers }, async () => {
    const { child, ready } = await started([...NPM_START, "--no-seed"]);
    child.kill(signal);
    await until(
      async () =>
        !await isOpen(ready.apiUrl) && !await isOpen(ready.databaseUrl) && !await isOpen(ready.googleUrl),
      10_000,
    );
  });
}

Deno.test(
  { name: "every function runs that somebody may look for, and starts again", ...sanitizers },
  async () => {
    const { child, exited } = await started([...NPM_START, "--no-seed"]);
    assert.ok(child.pid);
    const names = await functionNames();
    const running = async () =>
      new Map((await descendants(child.pid ?? 0)).flatMap(({ pid, command }) => {
        const name = names.find((one) => command.includes(`/functions/${one}/`));
        return name === undefined ? [] : [[name, pid]];
      }));
    await until(async () => (await running()).size === names.length);
    const [name = ""] = names.slice(-1);
    const pid = (await running()).get(name) ?? 0;
    process.kill(pid, "SIGKILL");
    await until(async () => ((await running()).get(name) ?? pid) !== pid);
    signalGroup(child, "SIGTERM");
    await exited;
  },
);

Deno.test({ name: "what one function alone cannot start with is said at start", ...sanitizers }, async () => {
  const child = new Deno.Command("node", {
    args: ["local/start.mjs", "--port", "0", "--json", "--no-seed"],
    cwd: ROOT,
    env: { CALENDAR_METRICS_SECRET: "short" },
    stdout: "piped",
    stderr: "piped",
  });
  const { code, stdout, stderr } = await child.output();
  assert.deepEqual([code === 0, new TextDecoder().decode(stdout)], [false, ""]);
  assert.match(new TextDecoder().decode(stderr), /CALENDAR_METRICS_SECRET must have at least 32 characters/);
});

Deno.test({ name: "two stacks run side by side", ...sanitizers }, async () => {
  const stacks = await Promise.all([started(NPM_START), started(NPM_START)]);
  const [one, two] = stacks;
  assert.ok(one && two && one.ready.apiUrl !== two.ready.apiUrl);
  for (const { child, exited } of stacks) {
    signalGroup(child, "SIGTERM");
    await exited;
  }
});

Deno.test(
  { name: "the ready line leads to the Settings page and the demo", ...sanitizers },
  async () => {
    const { child, exited, ready } = await started([...NPM_START, "--no-seed"]);
    for (
      const [url, path] of [
        [ready.settingsUrl, /src="(\/settings\/assets\/[^"]+\.js)"/],
        [ready.demoUrl, /src="(\/demo\/assets\/[^"]+\.js)"/],
      ] as const
    ) {
      const page = await fetch(url);
      assert.equal(page.status, 200);
      const html = await page.text();
      for (const { email, password } of ready.users) {
        assert.ok(html.includes(email) && html.includes(password));
      }
      const [, script = ""] = path.exec(html) ?? [];
      const { status, headers, body } = await fetch(ready.apiUrl + script);
      await body?.cancel();
      assert.deepEqual([status, headers.get("content-type")], [200, "text/javascript; charset=utf-8"]);
    }
    signalGroup(child, "SIGTERM");
    await exited;
  },
);

Deno.test({
  name: "a person sees progress, addresses, the key, a user, SQL to try, and a clean good-bye",
  ...sanitizers,
}, async () => {
  const { child, exited, stdout, stderr } = run([...NPM_START.slice(0, -1), "--no-seed"]);
  const url = await until(() => Promise.resolve(/http:\S+\/(?=\n)/.exec(stdout())?.[0]));
  assert.equal(stdout().trim().split("\n").length, 1);
  assert.equal((await (await fetch(url)).text()).includes("demo-config"), true);
  for (
    const expected of [
      /✓ PostgreSQL, with the migrations \(\d+\.\d s\)\n✓ The edge functions/,
      /Open {2}http:\S+\/ and sign in as ada@example\.com or grace@example\.com/,
      /publishable key {2}sb_publishable_\w+\n/,
      /SQL to try {2}insert into public\.obligations .*;\n/,
      /logs {2}\/\S+\.log\n/,
    ]
  ) assert.match(stderr(), expected);
  assert.ok(!stderr().includes('"level"'), stderr());
  const before = stderr();
  const log_file = /logs {2}(\S+)/.exec(before)?.[1] ?? "";
  // What a terminal does on Ctrl-C: each process of the group gets the signal.
  signalGroup(child, "SIGINT");
  await exited;
  await until(async () => !await isOpen(url));
  await until(() => Promise.resolve(stderr().includes("Good-bye.")));
  assert.equal(stderr().slice(before.length), "\nStopping…\nStopped. Good-bye.\n");
  const logged = await Deno.readTextFile(log_file);
  assert.match(logged, /calendar: .*"action":"started"/);
  assert.doesNotMatch(logged, /FATAL|starting it again/);
  await Deno.remove(log_file);
});

for (const [signal, options] of [["SIGTERM", ["--json"]], ["SIGINT", ["--verbose"]]] as const) {
  Deno.test({ name: `${signal} with ${options} leaves no FATAL behind either`, ...sanitizers }, async () => {
    const { child, exited, stdout, stderr } = run([...NPM_START.slice(0, -1), ...options, "--no-seed"]);
    await until(() => Promise.resolve(stdout().includes("\n")));
    assert.match(stderr(), /"action":"started"/);
    signalGroup(child, signal);
    await exited;
    assert.doesNotMatch(stderr(), /FATAL|starting it again/);
  });
}

for (const option of ["--help", "-h"]) {
  Deno.test({ name: `${option} names every option and starts nothing`, ...sanitizers }, async () => {
    const { exited, stdout, stderr } = run(["node", "local/start.mjs", "--no-seed", option]);
    assert.equal(await exited, 0);
    assert.equal(stderr(), "");
    const options = await Deno.readTextFile(`${ROOT}/local/options.ts`);
    const names = [...options.matchAll(/^ {6}"?([a-z-]+)"?: \{ type:/gm)].map(([, name]) => name);
    assert.ok(names.length >= 6);
    for (const name of names) assert.ok(stdout().includes(`--${name}`), name);
  });
}

Deno.test({ name: "npm run demo uses the stack that npm start runs", ...sanitizers }, async () => {
  const { child, exited, ready } = await started([...NPM_START, "--no-seed"]);
  const demo = run(["npm", "run", "demo", "--silent"]);
  const line = await until(
    () =>
      Promise.resolve(/connected Google \((\S+)\), Outlook \((\S+)\), CalDAV \((\S+)\)/.exec(demo.stdout())),
    PATIENCE_MS,
    () => Promise.resolve(demo.stdout() + demo.stderr()),
  );
  assert.deepEqual(line.slice(1), [ready.googleUrl, ready.outlookUrl, ready.caldavUrl]);
  signalGroup(demo.child, "SIGTERM");
  await demo.exited;
  const view = await (await fetch(`${ready.googleUrl}/emulator/view`)).text();
  assert.match(view, /Compliance deadlines/);
  signalGroup(child, "SIGTERM");
  await exited;
});

Deno.test({ name: "what cannot work is one clear line and a non-zero exit", ...sanitizers }, async () => {
  const taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const cases = [
    { args: ["--port", String(taken.addr.port)], message: /^npm start: Port \d+ is in use/ },
    { args: ["--port", "seven"], message: /^npm start: --port must be/ },
    { args: ["--nonsense"], message: /^npm start: Unknown option/ },
    {
      args: ["--port", "0", "--database-url", "postgresql://x:y@127.0.0.1:1/postgres"],
      message: /^npm start: The PostgreSQL of --database-url cannot be reached/,
    },
  ];
  for (const { args, message } of cases) {
    const { exited, stderr, stdout } = run(["node", "local/start.mjs", ...args]);
    assert.notEqual(await exited, 0);
    assert.match(stderr(), message);
    assert.equal(stderr().trim().split("\n").length, 1, stderr());
    assert.equal(stdout(), "");
  }
  taken.close();
});
