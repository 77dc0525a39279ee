import assert from "node:assert/strict";
import { createClient } from "@supabase/supabase-js";
import fc from "fast-check";
import { z } from "zod";
import { openScene, type Scene } from "../../support/scene.ts";

interface Obligation {
  id: string;
  user_id: string;
  title: string;
  description: string | null;
  status: string;
  deadline_date: string | null;
  created_at: string;
}

const Titles = z.array(z.object({ title: z.string() }));
const DAY = "2027-03-01";
const sanitizers = { sanitizeOps: false, sanitizeResources: false };

async function userOf(scene: Scene) {
  const { id, email, password } = await scene.newUser();
  const supabase = createClient(scene.stack.apiUrl, scene.stack.publishableKey, {
    auth: { persistSession: false, autoRefreshToken: false },
  });
  assert.equal((await supabase.auth.signInWithPassword({ email, password })).error, null);
  const { data: { session } } = await supabase.auth.getSession();
  const headers = {
    apikey: scene.stack.publishableKey,
    authorization: `Bearer ${session?.access_token}`,
  };
  const row = (title: string, more: Record<string, unknown> = {}) => ({
    user_id: id,
    title,
    deadline_date: DAY,
    ...more,
  });
  return { id, supabase, headers, row, obligations: () => supabase.from("obligations") };
}

/** The request as a client in another language would spell it. */
async function raw(scene: Scene, path: string, init: RequestInit = {}) {
  const answer = await fetch(`${scene.stack.apiUrl}/rest/v1/${path}`, {
    ...init,
    headers: { apikey: scene.stack.secretKey, ...init.headers },
  });
  const text = await answer.text();
  const body: { code?: string; message?: string; details?: string } = text === "" ? {} : JSON.parse(text);
  return { status: answer.status, headers: answer.headers, body };
}

Deno.test({ name: "the Data API serves tables to supabase-js", ...sanitizers }, async (t) => {
  const scene = await openScene("google");
  const user = await userOf(scene);
  const { obligations, row } = user;
  try {
    await t.step("an obligation is inserted, read back, changed and deleted", async () => {
      const inserted = await obligations().insert(row("Report")).select().single<Obligation>();
      assert.deepEqual([inserted.error, inserted.status, inserted.data?.status], [null, 201, "pending"]);
      const id = inserted.data?.id ?? "";
      const read = await obligations().select("id, name:title, deadline_date").eq("id", id).single();
      assert.deepEqual(read.data, { id, name: "Report", deadline_date: DAY });
      const changed = await obligations().update({ title: "Report 2" }).eq("id", id).select("title");
      assert.deepEqual([changed.status, changed.data], [200, [{ title: "Report 2" }]]);
      assert.equal((await obligations().update({ description: null }).eq("id", id)).status, 204);
      const removed = await obligations().delete({ count: "exact" }).eq("id", id);
      assert.deepEqual([removed.status, removed.count, removed.data], [204, 1, null]);
      assert.equal((await obligations().select().eq("id", id).maybeSingle()).data, null);
    });

    await t.step("several rows, columns that some of them lack, and defaults", async () => {
      const rows = [row("With", { description: "text" }), row("Without")];
      const inserted = await obligations().insert(rows).select("title, description").order("title");
      assert.deepEqual(inserted.data, [
        { title: "With", description: "text" },
        { title: "Without", description: null },
      ]);
      const [first, second] = [row("Named", { status: "in_progress" }), row("Default")];
      const refused = await obligations().insert([first, second]);
      assert.deepEqual([refused.status, refused.error?.code], [400, "23502"]);
      const defaults = await obligations().insert([first, second], { defaultToNull: false }).select("status")
        .order("status");
      assert.deepEqual(defaults.data, [{ status: "in_progress" }, { status: "pending" }]);
      assert.deepEqual((await obligations().insert([]).select()).data, []);
      await obligations().delete().eq("user_id", user.id);
    });

    await t.step("an upsert merges or ignores, by key or by named columns", async () => {
      const { data } = await obligations().insert(row("First")).select("id").single();
      const id: string = data?.id;
      const merged = await obligations().upsert(row("Second", { id })).select("title");
      assert.deepEqual([merged.status, merged.data], [200, [{ title: "Second" }]]);
      const ignored = await obligations().upsert(row("Third", { id }), {
        ignoreDuplicates: true,
        onConflict: "id",
      }).select("title");
      assert.deepEqual([ignored.status, ignored.data], [201, []]);
      const mixed = await obligations().upsert([
        row("Fourth", { id }),
        row("New", { id: crypto.randomUUID() }),
      ], { onConflict: "id", count: "exact" });
      assert.deepEqual([mixed.status, mixed.count], [201, 2]);
      const unmatched = await obligations().upsert(row("Fifth", { id }), { onConflict: "title" });
      assert.deepEqual([unmatched.status, unmatched.error?.code], [400, "42P10"]);
      const duplicate = await obligations().insert(row("Sixth", { id }));
      assert.deepEqual([duplicate.status, duplicate.error?.code], [409, "23505"]);
      await obligations().delete().eq("user_id", user.id);
    });

    await t.step("every filter that supabase-js spells", async () => {
      const titles = ["Alpha", "Beta, (odd)", 'Ga"mma\\', "Delta 50%"];
      await obligations().insert(
        titles.map((title, n) =>
          row(title, { deadline_date: `2027-03-0${n + 1}`, description: n === 0 ? null : `d${n}` })
        ),
      );
      const everything = () => obligations().select("title");
      type Query = ReturnType<typeof everything>;
      const found = async (filter: (query: Query) => Query) => {
        const { data, error } = await filter(everything()).order("deadline_date");
        assert.equal(error, null);
        return Titles.parse(data).map(({ title }) => titles.indexOf(title));
      };
      const cases: readonly (readonly [(query: Query) => Query, readonly number[]])[] = [
        [(q) => q.eq("title", 'Ga"mma\\'), [2]],
        [(q) => q.neq("title", "Alpha"), [1, 2, 3]],
        [(q) => q.gt("deadline_date", "2027-03-02"), [2, 3]],
        [(q) => q.gte("deadline_date", "2027-03-02").lt("deadline_date", "2027-03-04"), [1, 2]],
        [(q) => q.lte("deadline_date", "2027-03-01"), [0]],
        [(q) => q.like("title", "%ta%"), [1, 3]],
        [(q) => q.ilike("title", "*ALPHA*"), [0]],
        [(q) => q.is("description", null), [0]],
        [(q) => q.not("description", "is", null), [1, 2, 3]],
        [(q) => q.in("title", ["Beta, (odd)", "Alpha", "none"]), [0, 1]],
        [(q) => q.in("title", []), []],
        [(q) => q.not("title", "in", '("Alpha","Beta, (odd)")'), [2, 3]],
        [(q) => q.or("title.eq.Alpha,and(deadline_date.gt.2027-03-02,title.not.like.Delta*)"), [0, 2]],
        [(q) => q.or('title.in.("Beta, (odd)",Alpha),title.eq."Delta 50%"'), [0, 1, 3]],
        [(q) => q.match({ title: "Alpha", deadline_date: "2027-03-01" }), [0]],
        [(q) => q.filter("title", "not.eq", "Alpha"), [1, 2, 3]],
      ];
      for (const [filter, expected] of cases) assert.deepEqual(await found(filter), expected, String(filter));
    });

    await t.step("order, limit, range and counts", async () => {
      const page = await obligations().select("title", { count: "exact" }).order("title", {
        ascending: false,
      })
        .range(1, 2);
      assert.deepEqual([page.status, page.count, page.data?.length], [206, 4, 2]);
      const nulls = await obligations().select("description").order("description", { nullsFirst: true })
        .limit(2);
      assert.deepEqual(nulls.data, [{ description: null }, { description: "d1" }]);
      const head = await obligations().select("*", { count: "exact", head: true });
      assert.deepEqual([head.count, head.data], [4, null]);
      const beyond = await obligations().select("*", { count: "exact" }).range(10, 20);
      assert.deepEqual([beyond.status, beyond.error?.code], [416, "PGRST103"]);
      const two = await obligations().select().single();
      assert.deepEqual([two.status, two.error?.code], [406, "PGRST116"]);
      assert.equal(two.error?.details, "The result contains 4 rows");
    });

    await t.step("a change that is refused by single() is undone", async () => {
      const refused = await obligations().update({ title: "All the same" }).eq("user_id", user.id).select()
        .single();
      assert.equal(refused.error?.code, "PGRST116");
      assert.equal((await obligations().select().eq("title", "All the same")).data?.length, 0);
    });

    await t.step("row level security holds: other users' rows are neither seen nor changed", async () => {
      const other = await userOf(scene);
      assert.deepEqual((await other.obligations().select()).data, []);
      assert.deepEqual(
        (await other.obligations().update({ title: "Mine" }).eq("user_id", user.id).select()).data,
        [],
      );
      const forged = await other.obligations().insert({ ...row("Forged") });
      assert.deepEqual([forged.status, forged.error?.code], [403, "42501"]);
      const nobody = createClient(scene.stack.apiUrl, scene.stack.publishableKey);
      const refused = await nobody.from("obligations").insert(row("Nobody's"));
      assert.deepEqual([refused.status, refused.error?.code], [401, "42501"]);
      const tables = await other.supabase.from("calendar_integrations").insert({ user_id: other.id });
      assert.equal(tables.status, 403);
    });

    await t.step("names and values are never SQL", async () => {
      const hostile = `x'; drop table public.obligations; --`;
      assert.deepEqual((await obligations().select().eq("title", hostile)).data, []);
      assert.equal((await obligations().select().eq('title" = title or "title', "x")).error?.code, "42703");
      assert.equal((await obligations().select('title", (select 1) as "x')).status, 400);
      const sorted = await raw(scene, "obligations?order=title;select 1");
      assert.deepEqual([sorted.status, sorted.body.code], [400, "42703"]);
      const inserted = await obligations().insert({ ...row("x"), 'a", "b': 1 });
      assert.deepEqual([inserted.status, inserted.error?.code], [400, "PGRST204"]);
      assert.equal((await obligations().select("id").eq("id", "not a uuid")).error?.code, "22P02");
      assert.ok(((await obligations().select()).data ?? []).length > 0);
    });

    await t.step("errors have PostgREST's shape and status", async () => {
      const table = await user.supabase.from("nothing").select();
      assert.deepEqual([table.status, table.error?.code], [404, "PGRST205"]);
      const column = await obligations().select("nothing");
      assert.deepEqual([column.status, column.error?.code], [400, "42703"]);
      assert.equal(column.error?.message, "column obligations.nothing does not exist");
      const check = await obligations().insert(row("Odd", { status: "odd" }));
      assert.deepEqual([check.status, check.error?.code], [400, "23514"]);
      assert.deepEqual((await raw(scene, "obligations?title=odd.1")).body.code, "PGRST100");
      assert.deepEqual((await raw(scene, "obligations?or=(title.eq.1")).body.code, "PGRST100");
      const broken = await raw(scene, "obligations", { method: "POST", body: "{" });
      assert.deepEqual([broken.status, broken.body.code], [400, "PGRST102"]);
      const mixed = await raw(scene, "obligations", {
        method: "POST",
        body: '[{"title":"a"},{"status":"b"}]',
      });
      assert.deepEqual([mixed.status, mixed.body.message], [400, "All object keys must match"]);
      const everything = await raw(scene, "obligations", { method: "DELETE" });
      assert.deepEqual([everything.status, everything.body.code], [400, "21000"]);
      const schema = await user.supabase.schema("calendar_sync").from("lanes").select();
      assert.deepEqual([schema.status, schema.error?.code], [406, "PGRST106"]);
    });

    await t.step("what is not served is 501, and says so", async () => {
      const answers = await Promise.all([
        obligations().select("*, calendar_event_mappings(*)"),
        obligations().select("title::text"),
        obligations().select().textSearch("title", "x"),
        obligations().select().likeAnyOf("title", ["x"]),
        obligations().select().csv(),
        obligations().update({ title: "x" }).eq("title", "y").limit(1),
        user.supabase.rpc("calendar_status", {}, { get: true }),
      ]);
      const preference = await raw(scene, "obligations?title=eq.y", {
        method: "DELETE",
        headers: { prefer: "handling=strict,max-affected=1" },
      });
      assert.deepEqual([preference.status, preference.body.code], [501, "LOCAL501"]);
      for (const { status, error } of answers) {
        assert.equal(status, 501);
        assert.match(JSON.stringify(error), /local gateway does not serve/);
      }
    });

    await t.step("odd names, arrays, JSON, booleans, big numbers and views are served", async () => {
      await scene.sql.unsafe(`
        create table public."Shelf" (id bigint primary key, tags text[], doc jsonb, is_full boolean, "odd name, x" text,
          total numeric generated always as (id * 2.5) stored);
        create view public.full_shelves with (security_invoker = true) as select id from public."Shelf" where is_full;
        grant all on public."Shelf", public.full_shelves to authenticated`);
      const shelf = () => user.supabase.from("Shelf");
      const name = "odd name, x";
      const { error } = await shelf().insert([
        { id: "9007199254740993", tags: ["a", "b c"], doc: { k: [1, 2] }, is_full: true, [name]: "x" },
        { id: 2, tags: [], doc: null, is_full: false, [name]: null },
      ]);
      assert.equal(error, null);
      const ids = (answer: { data: unknown; error: unknown }) => {
        assert.equal(answer.error, null);
        return z.array(z.object({ id: z.number() })).parse(answer.data).map(({ id }) => id);
      };
      assert.equal(ids(await shelf().select("id").contains("tags", ["b c"])).length, 1);
      assert.equal(ids(await shelf().select("id").contains("doc", { k: [2] })).length, 1);
      assert.deepEqual(ids(await shelf().select("id").eq("is_full", false)), [2]);
      assert.deepEqual(ids(await shelf().select("id").is("is_full", false).is("doc", null)), [2]);
      assert.equal(ids(await user.supabase.from("full_shelves").select("id")).length, 1);
      const big = await fetch(`${scene.stack.apiUrl}/rest/v1/Shelf?select=id&id=eq.9007199254740993`, {
        headers: user.headers,
      });
      assert.equal(await big.text(), '[{"id":9007199254740993}]');
      const generated = await shelf().update({ total: 1 }).eq("id", 2);
      assert.deepEqual([generated.status, generated.error?.code], [400, "428C9"]);
      const aliased = await shelf().select('n:"odd name, x"').eq("id", 2).single();
      assert.deepEqual(aliased.data, { n: null });
      const stripped = await shelf().select("id, doc").eq("id", 2).stripNulls();
      assert.deepEqual(stripped.data, [{ id: 2 }]);
    });

    await t.step("whatever the text, eq, in and or find it and nothing else", async () => {
      const quotedText = (text: string) => `"${text.replaceAll(/["\\]/g, "\\$&")}"`;
      await fc.assert(
        fc.asyncProperty(
          fc.string({ unit: "binary", minLength: 1 }).filter((text) => !text.includes("\0")),
          async (text) => {
            const { error } = await obligations().insert(row(text, { obligation_type: "any" }));
            assert.equal(error, null);
            for (
              const found of await Promise.all([
                obligations().select("title").eq("title", text),
                obligations().select("title").filter("title", "in", `(${quotedText(text)})`),
                obligations().select("title").or(`title.eq.${quotedText(text)}`),
              ])
            ) assert.deepEqual(found.data, [{ title: text }]);
            await obligations().delete().eq("title", text);
          },
        ),
        { numRuns: 40 },
      );
    });

    await t.step("no address, however odd, is more than a client's mistake", async () => {
      const piece = fc.oneof(
        fc.constantFrom(
          ...'eq. not. in.( or=( and( ) , . " \\ { } * :: -> : asc desc is. null cs. %00'.split(" "),
        ),
        fc.constantFrom("title", "id", "deadline_date", "1", "a"),
        fc.string({ maxLength: 4, unit: "binary" }),
      );
      const text = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(""));
      const name = fc.constantFrom(
        ..."select order limit offset columns on_conflict or and not.or title id deadline_date".split(" "),
      );
      const method = fc.constantFrom("GET", "HEAD", "POST", "PATCH", "DELETE");
      const statuses = new Set<number>();
      await fc.assert(
        fc.asyncProperty(method, fc.array(fc.tuple(name, text), { maxLength: 3 }), async (method, query) => {
          const answer = await fetch(
            `${scene.stack.apiUrl}/rest/v1/obligations?${new URLSearchParams(query)}`,
            {
              method,
              headers: { ...user.headers, "content-type": "application/json" },
              ...(method === "POST" || method === "PATCH" ? { body: JSON.stringify(row("Odd")) } : {}),
            },
          );
          await answer.body?.cancel();
          statuses.add(answer.status);
          assert.ok(answer.status < 500 || answer.status === 501, `${method} ${answer.status} ${answer.url}`);
        }),
        { numRuns: 400 },
      );
      assert.ok([200, 400, 501].every((status) => statuses.has(status)), [...statuses].join());
    });

    await t.step("a page of another origin may count", async () => {
      const { headers } = await raw(scene, "obligations?select=id&limit=1", {
        headers: { origin: "https://app.example.com", prefer: "count=exact" },
      });
      assert.match(headers.get("access-control-expose-headers") ?? "", /content-range/);
    });

    await t.step("a Range header asks for a part; answers are cut at 1,000 rows, as hosted", async () => {
      await scene.sql`insert into public.obligations (user_id, title)
        select ${user.id}, 'Many ' || n from generate_series(1, 1100) as n`;
      const all = await obligations().select("id", { count: "exact" });
      assert.deepEqual([all.status, all.data?.length, (all.count ?? 0) > 1000], [206, 1000, true]);
      const part = await raw(scene, "obligations?select=title&order=title", { headers: { range: "2-4" } });
      assert.deepEqual([part.status, part.headers.get("content-range")], [200, "2-4/*"]);
    });
  } finally {
    await scene.close();
  }
});
