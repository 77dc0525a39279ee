import assert from "node:assert/strict";
import { functionsOf, planConfig } from "../../../../local/add/plan-config.ts";

const SECTION = {
  name: "calendar-sync",
  values: { verify_jwt: false, entrypoint: "./functions/calendar-sync/index.ts" },
};

function plan(
  text: string,
  options: { brought?: Record<string, string>; is_taken?: boolean; values?: typeof SECTION.values } = {},
) {
  return planConfig({
    text,
    sections: [{ ...SECTION, values: options.values ?? SECTION.values }],
    brought: options.brought ?? {},
    is_taken: options.is_taken ?? false,
  });
}

for (
  const [name, text] of [
    [
      "comments and sections of functions",
      '# mine\nproject_id = "x"\n\n[functions.hello] # hi\nverify_jwt = true\n',
    ],
    ["nothing", ""],
    ["dotted keys", 'project_id = "x"\nfunctions.hello.verify_jwt = true\n\n[api]\nport = 1\n'],
    ["line ends of Windows", '# mine\r\nproject_id = "x"\r\n'],
    ["no line end at the end", 'project_id = "x"'],
  ] as const
) {
  Deno.test(`a section is appended to a config.toml with ${name}, and all before it stays`, () => {
    const { text: after, changes } = plan(text);
    assert.deepEqual(changes, [{ kind: "append", name: SECTION.name }]);
    assert.ok(after.startsWith(text.trimEnd()));
    assert.deepEqual(functionsOf(after)[SECTION.name], SECTION.values);
    assert.equal(/[^\r]\n/.test(after), !text.includes("\r\n"));
    assert.deepEqual(functionsOf(after)["hello"], functionsOf(text)["hello"]);
  });
}

Deno.test("a section that is there, in whatever order and form, is left alone", () => {
  const text =
    '[functions]\n"calendar-sync" = { entrypoint = "./functions/calendar-sync/index.ts", verify_jwt = false }\n';
  assert.equal(plan(text).text, text);
});

Deno.test("an untouched section is updated in its place, with the comments around it", () => {
  const first = plan("# mine\n[api]\nport = 1\n");
  const commented = `${
    first.text.replace("verify_jwt = false", "verify_jwt = false # asked")
  }\n# last\n[analytics]\nenabled = false\n`;
  const values = { verify_jwt: false, entrypoint: "./functions/calendar-sync/index.js" };
  const { text, changes } = plan(commented, { brought: first.hashes, values });
  assert.deepEqual(changes, [{ kind: "update", name: SECTION.name }]);
  assert.equal(text, commented.replace("index.ts", "index.js"));
});

Deno.test("a section that the host changed is kept, until the host takes the new one", () => {
  const first = plan("");
  const changed = first.text.replace("false", "true");
  assert.deepEqual(plan(changed, { brought: first.hashes }), {
    text: changed,
    changes: [{ kind: "kept", name: SECTION.name, how: "changed" }],
    hashes: first.hashes,
  });
  assert.deepEqual(functionsOf(plan(changed, { is_taken: true }).text)[SECTION.name], SECTION.values);
});

Deno.test("a section that the host deleted stays deleted", () => {
  const { changes, text } = plan("[api]\nport = 1\n", { brought: plan("").hashes });
  assert.deepEqual(changes, [{ kind: "kept", name: SECTION.name, how: "deleted" }]);
  assert.equal(text, "[api]\nport = 1\n");
});

for (
  const [name, text, words] of [
    ["is no TOML", "[api\n", /config\.toml cannot be read/],
    [
      "has its functions in one inline table",
      "functions = { hello = { verify_jwt = true } }\n",
      /nothing can be added/,
    ],
  ] as const
) {
  Deno.test(`a config.toml that ${name} is refused with one line`, () => {
    assert.throws(() => plan(text), (error: unknown) => {
      assert.ok(error instanceof Error);
      assert.match(error.message, words);
      assert.doesNotMatch(error.message, /\n/);
      return true;
    });
  });
}
