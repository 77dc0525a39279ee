import assert from "node:assert/strict";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { ROOT } from "../../../local/paths.ts";

const FOLDER = ".github/workflows";

const Permissions = z.record(z.string(), z.enum(["read", "write"]));
const Step = z.union([
  z.object({ run: z.string() }),
  z.object({ uses: z.string(), with: z.record(z.string(), z.unknown()).optional() }),
]);
const Job = z.union([
  z.object({ uses: z.string(), needs: z.string().optional() }),
  z.object({
    needs: z.string().optional(),
    "timeout-minutes": z.int(),
    permissions: Permissions.optional(),
    steps: z.array(Step),
  }),
]);
const Workflow = z.object({
  on: z.record(z.string(), z.unknown()),
  permissions: Permissions,
  concurrency: z.object({ group: z.string() }),
  jobs: z.record(z.string(), Job),
});
const Package = z.object({ scripts: z.record(z.string(), z.string()) });

/** What a step may run: a file of the repository, a script of package.json, or what makes ready for one. */
const CALLS: readonly RegExp[] = [
  /^node local\/run\.mjs (?<file>local\/[a-z-]+\.ts)( [^;&|]+)?$/,
  /^sh (?<file>tests\/[a-z/-]+\.sh)$/,
  /^(?<file>\.ci\/run)$/,
  /^npm (?<script>[a-z]+)$/,
  /^apt-get update && apt-get install -y --no-install-recommends git$/,
  /^git config --global --add safe\.directory "\$GITHUB_WORKSPACE"$/,
  /^gh release create [^;&|]+$/,
];

/** What a job of the release may do that others may not. */
const RELEASE_RIGHTS: Readonly<Record<string, z.infer<typeof Permissions>>> = {
  packages: { contents: "read", "id-token": "write" },
  functions: { contents: "write" },
  site: { contents: "read", pages: "write", "id-token": "write" },
};

async function workflow(name: string): Promise<z.infer<typeof Workflow>> {
  return Workflow.parse(parse(await Deno.readTextFile(join(ROOT, FOLDER, name))));
}

const NAMES = (await Array.fromAsync(Deno.readDir(join(ROOT, FOLDER)))).map(({ name }) => name).sort();

function stepsOf({ jobs }: z.infer<typeof Workflow>) {
  return Object.values(jobs).flatMap((job) => "steps" in job ? job.steps : []);
}

Deno.test("there are workflows for pull requests and for releases", () => {
  assert.deepEqual(NAMES, ["ci.yml", "release.yml"]);
});

for (const name of NAMES) {
  Deno.test(`${name} only calls what is in the repository`, async () => {
    const { scripts } = Package.parse(JSON.parse(await Deno.readTextFile(join(ROOT, "package.json"))));
    const runs = stepsOf(await workflow(name)).flatMap((step) => "run" in step ? [step.run] : []);
    assert.ok(runs.length >= 4);
    for (const run of runs) {
      const call = CALLS.map((pattern) => pattern.exec(run)).find((match) => match !== null);
      assert.ok(call, `No call that is known: ${run}`);
      const { file, script } = call.groups ?? {};
      if (file !== undefined) assert.ok((await Deno.stat(join(ROOT, file))).isFile, file);
      if (script !== undefined) assert.ok(scripts[script], script);
    }
  });

  Deno.test(`${name} takes actions by their commit, and leaves them no right to write`, async () => {
    const text = await Deno.readTextFile(join(ROOT, FOLDER, name));
    const { permissions, jobs } = await workflow(name);
    assert.deepEqual(permissions, { contents: "read" });
    const used = text.match(/uses: .*/g) ?? [];
    assert.deepEqual(
      used.filter((line) => !/^uses: (actions\/[a-z-]+@[0-9a-f]{40} # v[\d.]+|\.\/.+)$/.test(line)),
      [],
    );
    for (const step of stepsOf(await workflow(name))) {
      if ("uses" in step && step.uses.startsWith("actions/checkout@")) {
        assert.equal(step.with?.["persist-credentials"], false);
      }
    }
    for (const [job, description] of Object.entries(jobs)) {
      const rights = "steps" in description ? description.permissions : undefined;
      assert.deepEqual(rights, name === "release.yml" ? RELEASE_RIGHTS[job] : undefined, job);
    }
  });
}

Deno.test("a release needs all checks of a pull request, and those need a tag that fits", async () => {
  const { on, jobs, concurrency } = await workflow("release.yml");
  assert.deepEqual(on, { push: { tags: ["v*"] } });
  const { tag, gate, ...others } = jobs;
  assert.equal(tag?.needs, undefined);
  assert.deepEqual(gate, { needs: "tag", uses: `./${FOLDER}/ci.yml` });
  assert.deepEqual(Object.keys(others).sort(), Object.keys(RELEASE_RIGHTS).sort());
  for (const { needs } of Object.values(others)) assert.equal(needs, "gate");
  const called = await workflow("ci.yml");
  assert.ok("workflow_call" in called.on);
  // It would wait for itself.
  assert.notEqual(called.concurrency.group, concurrency.group);
});
