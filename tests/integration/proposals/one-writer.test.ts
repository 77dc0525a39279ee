import assert from "node:assert/strict";
import { ROOT } from "../../../local/paths.ts";
import { testEngine } from "../../support/engine-test.ts";
import { textFiles } from "../../support/text-files.ts";

/** A statement that writes rows of the default table, as POSIX and JavaScript both read it. */
const WRITES =
  "(insert[[:space:]]+into|update|update[[:space:]]+only|delete[[:space:]]+from|merge[[:space:]]+into|truncate|copy)" +
  '[[:space:]]+(only[[:space:]]+)?(table[[:space:]]+)?(public[.])?"?obligations($|[^a-z_])';
const WRITES_IN_FILES = new RegExp(WRITES.replaceAll("[[:space:]]", "\\s"), "gi");
const WRITER = "calendar_sync.accept_proposal(uuid,date,timestamp with time zone,text)";

testEngine("one function of ours writes obligations, and only as the user", [
  {
    name: "no other function in the database does",
    async show({ sql }) {
      const found = await sql<{ name: string }[]>`
        select oid::regprocedure::text as name from pg_catalog.pg_proc
        where (pronamespace in ('calendar_sync'::regnamespace, 'calendar_admin'::regnamespace)
            or pronamespace = 'public'::regnamespace and proname ~ '^(calendar|obligations)_')
          and prosrc ~* ${WRITES}`;
      assert.deepEqual(found.map(({ name }) => name), [WRITER]);
    },
  },
  {
    name: "it runs as its caller, and users alone may call it",
    async show({ sql }) {
      const [writer] = await sql`
        select prosecdef as runs_as_owner, array(
          select role from unnest(array['anon', 'authenticated', 'service_role']) as role
          where has_function_privilege(role, oid, 'execute')
        ) as callers
        from pg_catalog.pg_proc where oid = ${WRITER}::regprocedure`;
      assert.deepEqual({ ...writer }, { runs_as_owner: false, callers: ["authenticated"] });
    },
  },
  {
    name: "one function calls it, as its caller too",
    async show({ sql }) {
      const callers = await sql<{ name: string; runs_as_owner: boolean }[]>`
        select proname::text as name, prosecdef as runs_as_owner from pg_catalog.pg_proc
        where pronamespace in ('calendar_sync'::regnamespace, 'calendar_admin'::regnamespace, 'public'::regnamespace)
          and prosrc ~ 'accept_proposal[[:space:]]*[(]'`;
      assert.deepEqual(callers.map((row) => ({ ...row })), [{ name: "move_deadline", runs_as_owner: false }]);
    },
  },
]);

Deno.test("the schema files write obligations in one place, and the edge functions ask for no table at all", async () => {
  const writing: string[] = [];
  for await (const { path, content } of textFiles(ROOT, "supabase/schemas")) {
    writing.push(...[...content.matchAll(WRITES_IN_FILES)].map(() => path));
  }
  assert.deepEqual(writing, ["supabase/schemas/335_obligations.sql"]);
  for await (const { path, content } of textFiles(ROOT, "supabase/functions")) {
    assert.doesNotMatch(content, /\.from\(\s*["'`](obligations|calendar_)|rest\/v1\//, path);
    assert.doesNotMatch(content, WRITES_IN_FILES, path);
  }
});

Deno.test("a write of obligations would be found", () => {
  for (
    const statement of [
      "update public.obligations set",
      'insert into "obligations" (title)',
      "delete from only obligations",
      "merge into public.obligations as",
      "truncate table public.obligations;",
    ]
  ) {
    assert.match(statement, new RegExp(WRITES_IN_FILES.source, "i"), statement);
  }
  assert.doesNotMatch("update public.obligations_archive set", new RegExp(WRITES_IN_FILES.source, "i"));
  assert.doesNotMatch("before update on public.obligations", new RegExp(WRITES_IN_FILES.source, "i"));
});
