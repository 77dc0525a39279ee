import assert from "node:assert/strict";
import { type Finding, isWorking, renderFindings } from "../../../local/doctor/findings.ts";
import { parseDoctorOptions } from "../../../local/doctor/options.ts";

const URL_OF_DATABASE = "postgresql://postgres:pass@127.0.0.1:5432/postgres";

const RIGHT: Finding = { check_name: "tick", ok: true, severity: "error", found: "runs", how_to_mend: null };
const WRONG: Finding = {
  check_name: "bell",
  ok: false,
  severity: "error",
  found: "401",
  how_to_mend: "select 1;",
};
const WARNING: Finding = { ...WRONG, check_name: "options", severity: "warning" };

Deno.test("the doctor's table says what is wrong, and below it what mends it", () => {
  const lines = renderFindings([RIGHT, WRONG, WARNING]).split("\n");
  assert.deepEqual(lines.map((line) => line.replaceAll(/ +/g, " ")), [
    "✓ tick runs",
    "✗ bell 401",
    " → select 1;",
    "! options 401",
    " → select 1;",
    "",
    "1 wrong, 1 to look at, 1 right",
  ]);
});

Deno.test("an installation with warnings works, one with an error does not", () => {
  assert.equal(isWorking([RIGHT, WARNING]), true);
  assert.equal(isWorking([RIGHT, WRONG]), false);
});

Deno.test("the database's URL may come from the environment, and the command line goes before", () => {
  assert.equal(parseDoctorOptions([], URL_OF_DATABASE).database_url.host, "127.0.0.1:5432");
  const args = [
    "--database-url",
    "postgres://other:5433/x",
    "--functions-url",
    "https://ref.supabase.co/functions/v1",
  ];
  const options = parseDoctorOptions(args, URL_OF_DATABASE);
  assert.equal(options.database_url.host, "other:5433");
  assert.equal(options.functions_url?.host, "ref.supabase.co");
});

for (
  const [name, args, words] of [
    ["no database", [], /Say which database/],
    ["a URL of something else", ["--database-url", "https://secret@host/"], /must begin with postgresql:/],
    ["a password that is not encoded", ["--database-url", "postgresql://postgres:se#cret" + "@host/"], /%23/],
    ["a time-out of nothing", ["--timeout-s", "0", "--database-url", URL_OF_DATABASE], /1 to 300/],
    ["an option that there is not", ["--verbose"], /verbose/],
  ] as const
) {
  Deno.test(`refused with what to do, and without the password: ${name}`, () => {
    assert.throws(() => parseDoctorOptions(args, undefined), (error: unknown) => {
      assert.match(String(error), words);
      assert.doesNotMatch(String(error), /secret|se#cret|cret@/);
      return true;
    });
  });
}
