import assert from "node:assert/strict";
import { hashOf } from "../../../../local/add/manifest.ts";
import { type FileChange, filesAfter, planFiles } from "../../../../local/add/plan-files.ts";

const PATH = "supabase/functions/calendar/index.ts";
const MIGRATION = "supabase/migrations/20261129000000_calendar.sql";

interface Case {
  readonly path?: string;
  /** Of this version; null: it has none. */
  readonly ours: string | null;
  /** What an earlier run brought; null: nothing. */
  readonly brought: string | null;
  /** What the host has; null: nothing. */
  readonly theirs: string | null;
  readonly is_taken?: boolean;
}

function planOne({ path = PATH, ours, brought, theirs, is_taken = false }: Case) {
  const given = {
    ours: new Map(ours === null ? [] : [[path, ours]]),
    theirs: new Map(theirs === null ? [] : [[path, theirs]]),
    brought: brought === null ? {} : { [path]: hashOf(brought) },
    take: is_taken ? [path] : [],
  };
  const [change] = planFiles(given);
  assert.ok(change);
  return { change, hash: filesAfter([change], given.ours, given.brought)[path] };
}

const created = (text: string): FileChange => ({ kind: "create", path: PATH, text });
const updated = (text: string): FileChange => ({ kind: "update", path: PATH, text });
const kept = (how: "changed" | "deleted", is_behind: boolean): FileChange => ({
  kind: "kept",
  path: PATH,
  how,
  is_behind,
});

for (
  const [statement, given, change, remembered] of [
    ["a new file is created", { ours: "1", brought: null, theirs: null }, created("1"), "1"],
    ["a file that is as it should be stays", { ours: "1", brought: "1", theirs: "1" }, {
      kind: "same",
      path: PATH,
    }, "1"],
    ["an untouched file is updated", { ours: "2", brought: "1", theirs: "1" }, updated("2"), "2"],
    ["other line ends are no change", { ours: "a\nb\n", brought: "a\nb\n", theirs: "a\r\nb\r\n" }, {
      kind: "same",
      path: PATH,
    }, "a\nb\n"],
    ["a changed file is kept", { ours: "1", brought: "1", theirs: "mine" }, kept("changed", false), "1"],
    [
      "a changed file is kept, and told of its new version",
      { ours: "2", brought: "1", theirs: "mine" },
      kept("changed", true),
      "1",
    ],
    ["a deleted file stays deleted", { ours: "1", brought: "1", theirs: null }, kept("deleted", false), "1"],
    [
      "a changed file that is taken is updated",
      { ours: "2", brought: "1", theirs: "mine", is_taken: true },
      updated("2"),
      "2",
    ],
    [
      "a deleted file that is taken is created",
      { ours: "2", brought: "1", theirs: null, is_taken: true },
      created("2"),
      "2",
    ],
    ["a run that was interrupted is found as it would have been", { ours: "2", brought: "1", theirs: "2" }, {
      kind: "same",
      path: PATH,
    }, "2"],
    ["a file of the host's own is a clash", { ours: "1", brought: null, theirs: "mine" }, {
      kind: "clash",
      path: PATH,
    }, "1"],
    ["a file that this version has no more is deleted", { ours: null, brought: "1", theirs: "1" }, {
      kind: "delete",
      path: PATH,
    }, null],
    [
      "such a file that was changed is the host's own",
      { ours: null, brought: "1", theirs: "mine" },
      kept("changed", false),
      "1",
    ],
  ] as const satisfies readonly (readonly [string, Case, FileChange, string | null])[]
) {
  Deno.test(statement, () => {
    const planned = planOne(given);
    assert.deepEqual(planned.change, change);
    assert.equal(planned.hash, remembered === null ? undefined : hashOf(remembered));
  });
}

Deno.test("a migration that was brought is never replaced", () => {
  const { change } = planOne({ path: MIGRATION, ours: "2", brought: "1", theirs: "1" });
  assert.deepEqual(change, { kind: "rewritten", path: MIGRATION });
});

Deno.test("a migration of an older version stays, and stays known", () => {
  const { change, hash } = planOne({ path: MIGRATION, ours: null, brought: "1", theirs: "1" });
  assert.deepEqual(change, { kind: "same", path: MIGRATION });
  assert.equal(hash, hashOf("1"));
});
