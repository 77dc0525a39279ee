// What came from elsewhere, and what may have gone out: advisories about the packages in the lock file, and secrets in any
// version of any file that was ever committed. The last line is `N passed, N failed`; what could not be asked is said, and is
// neither.
import { join } from "node:path";
import { ROOT } from "../../local/paths.ts";
import { type PastText, readHistory } from "../support/git-history.ts";
import { npmAudit } from "../support/npm-audit.ts";
import { findSecrets } from "../support/secret-scan.ts";

const checks: readonly (readonly [string, () => Promise<boolean | null>])[] = [
  ["npm audit names a package with an advisory, where a registry has one", auditNamesThePlanted],
  ["no package has an advisory of level high or worse", auditFindsNothing],
  ["what was committed and removed again is found", historyShowsTheRemoved],
  ["no version of any file holds a secret", historyHoldsNoSecret],
];

let passed = 0;
let failed = 0;
for (const [name, check] of checks) {
  const holds = await check();
  if (holds === true) passed++;
  if (holds === false) failed++;
  console.log(`${name}: ${holds === null ? "not known" : holds ? "ok" : "FAILED"}`);
}
console.log(`${passed} passed, ${failed} failed`);
Deno.exit(failed === 0 ? 0 : 1);

/** A registry of our own that knows of one advisory. */
async function auditNamesThePlanted(): Promise<boolean> {
  const advisory = {
    ...{ id: 1, url: "https://example.com/advisory", title: "Planted", severity: "high" },
    ...{ vulnerable_versions: "*", cwe: [], cvss: { score: 8 } },
  };
  const registry = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) =>
      request.url.endsWith("/advisories/bulk")
        ? Response.json({ hono: [advisory] })
        : Response.json({}, { status: 404 }),
  );
  try {
    const audit = await npmAudit(`http://127.0.0.1:${registry.addr.port}/`);
    return audit.kind === "asked" && audit.severe.includes("hono");
  } finally {
    await registry.shutdown();
  }
}

async function auditFindsNothing(): Promise<boolean | null> {
  const audit = await npmAudit();
  if (audit.kind === "no_endpoint") {
    console.log(`npm audit: the registry answers no questions about advisories (HTTP ${audit.status})`);
    return null;
  }
  console.log(
    `npm audit: ${audit.all} packages with an advisory; high or worse: ${audit.severe.join(", ") || "none"}`,
  );
  return audit.severe.length === 0;
}

/** In a repository of our own. */
async function historyShowsTheRemoved(): Promise<boolean | null> {
  const root = await Deno.makeTempDir({ prefix: "ecocomply-history-" });
  const git = async (...args: readonly string[]) => {
    const identity = ["-c", "user.name=Nobody", "-c", "user.email=nobody@example.com"];
    return (await new Deno.Command("git", { args: [...identity, ...args], cwd: root }).output()).success;
  };
  const file = join(root, "settings.txt");
  try {
    await git("init", "--quiet");
    for (const text of [["GOC", "SPX-", "aB3".repeat(9), "x"].join(""), "nothing"]) {
      await Deno.writeTextFile(file, text);
      await git("add", "settings.txt");
      if (!await git("commit", "--quiet", "--message", "Settings")) return false;
    }
    const found = await secretsIn(await readHistory(root) ?? []);
    return found.length === 1 && found[0]?.path === "settings.txt";
  } catch (error: unknown) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

async function historyHoldsNoSecret(): Promise<boolean | null> {
  const texts = await readHistory(ROOT);
  if (texts === null) {
    console.log("history: there is no git here, or no whole history");
    return null;
  }
  const found = await secretsIn(texts);
  for (const { id, path, line, kind } of found) console.log(`${path}:${line} added in ${id}: ${kind}`);
  console.log(`history: ${texts.length} additions were looked through`);
  return found.length === 0;
}

async function secretsIn(texts: readonly PastText[]) {
  const found = [];
  for (const { id, path, content } of texts) {
    found.push(...(await findSecrets(path, content)).map((finding) => ({ id, ...finding })));
  }
  return found;
}
