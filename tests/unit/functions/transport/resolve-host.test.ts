import assert from "node:assert/strict";
import {
  createDnsResolver,
  NotPublic,
  type Query,
  resolvePublic,
} from "../../../../supabase/functions/_shared/transport/resolve-host.ts";

const NO_SIGNAL = new AbortController().signal;

/** DNS that has these records; a question for what is null is never answered. */
function dns(records: { readonly A: readonly string[] | null; readonly AAAA: readonly string[] | null }) {
  const asked: string[] = [];
  const query: Query = (name, kind) => {
    asked.push(`${name} ${kind}`);
    const found = records[kind];
    if (found === null) return new Promise(() => {});
    return found.length > 0 ? Promise.resolve(found) : Promise.reject(new Deno.errors.NotFound("no records"));
  };
  return { asked, resolve: createDnsResolver(query, 30) };
}

Deno.test("both kinds of address are asked for, and no search list is tried", async () => {
  const { asked, resolve } = dns({ A: ["8.8.8.8"], AAAA: ["2606:4700:4700::1111"] });
  assert.deepEqual(await resolve("intranet", NO_SIGNAL), ["8.8.8.8", "2606:4700:4700::1111"]);
  assert.deepEqual(asked, ["intranet. A", "intranet. AAAA"]);
});

Deno.test("a name with one kind of address has those, also where the other question is never answered", async () => {
  assert.deepEqual(await dns({ A: ["8.8.8.8"], AAAA: [] }).resolve("a.example", NO_SIGNAL), ["8.8.8.8"]);
  assert.deepEqual(await dns({ A: [], AAAA: ["2003::1"] }).resolve("a.example", NO_SIGNAL), ["2003::1"]);
  assert.deepEqual(await dns({ A: ["8.8.8.8"], AAAA: null }).resolve("a.example", NO_SIGNAL), ["8.8.8.8"]);
  assert.deepEqual(await dns({ A: null, AAAA: [] }).resolve("a.example", NO_SIGNAL), []);
});

Deno.test("public addresses come once each, those of IPv4 first; one that is private refuses all", async () => {
  const mixed = dns({ A: ["8.8.8.8", "8.8.8.8"], AAAA: ["2003:0:0::1", "2003::1"] }).resolve;
  assert.deepEqual(await resolvePublic("a.example", mixed, NO_SIGNAL), ["8.8.8.8", "2003::1"]);
  for (const records of [{ A: ["8.8.8.8"], AAAA: ["fd00::1"] }, { A: ["127.0.0.1"], AAAA: ["2003::1"] }]) {
    await assert.rejects(resolvePublic("a.example", dns(records).resolve, NO_SIGNAL), NotPublic);
  }
  await assert.rejects(resolvePublic("a.example", dns({ A: [], AAAA: [] }).resolve, NO_SIGNAL), Error);
});
