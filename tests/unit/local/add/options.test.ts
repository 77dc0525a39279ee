import assert from "node:assert/strict";
import { parseAddOptions } from "../../../../local/add/options.ts";

const TABLE = ["host", "--obligations", "duties", "--user", "owner", "--title", "name", "--date", "due"];

Deno.test("a table without a schema is one of public, and its key is id", () => {
  const options = parseAddOptions(TABLE);
  assert.equal(options?.adapter?.table, "public.duties");
  assert.equal(options?.adapter?.id, "id");
});

Deno.test("--help asks for the usage", () => {
  assert.equal(parseAddOptions(["--help"]), null);
});

for (
  const [name, args, words] of [
    ["no folder", [], /Say which folder/],
    ["two folders", ["one", "two"], /One folder at a time/],
    ["an unknown option", ["host", "--force"], /--force/],
    ["a column without its table", ["host", "--title", "name"], /--obligations/],
    [
      "no recipient",
      ["host", "--obligations", "duties", "--title", "name", "--date", "due"],
      /--user .*or --members/,
    ],
    [
      "no deadline",
      ["host", "--obligations", "duties", "--user", "owner", "--title", "name"],
      /--date .*or --at/,
    ],
    ["no title", ["host", "--obligations", "duties", "--user", "owner", "--date", "due"], /--title/],
    [
      "SQL instead of a column",
      [...TABLE, "--url", "link); drop table x"],
      /--url must be the name of a column/,
    ],
    [
      "SQL instead of a table",
      ["host", "--obligations", "a; b", ...TABLE.slice(3)],
      /--obligations must be a table/,
    ],
    [
      "members that are not three names",
      [...TABLE, "--members", "app.members:duty_id"],
      /<table>:<obligation column>/,
    ],
    ["a status without values", [...TABLE, "--status", "state"], /--completed/],
    ["values without a status", [...TABLE, "--completed", "done"], /--status/],
    ["a zone for a date", [...TABLE, "--time-zone", "zone"], /--at/],
  ] as const
) {
  Deno.test(`refused with what to write: ${name}`, () => {
    assert.throws(() => parseAddOptions(args), words);
  });
}
