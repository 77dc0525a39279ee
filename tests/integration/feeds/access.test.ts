import assert from "node:assert/strict";
import { openScene } from "../../support/scene.ts";
import { shiftTime } from "../../support/shift-time.ts";
import { ask, feedFrom, feedsOf, readFeed } from "./support.ts";

const FEED_LIMIT = 300;
const ADDRESS_LIMIT = 300;
const HOUR_S = 60 * 60;

Deno.test({
  name: "who reads a feed, and who does not",
  sanitizeOps: false,
  sanitizeResources: false,
}, async (t) => {
  const scene = await openScene();
  const { sql, stack } = scene;
  const secrets: string[] = [];
  const make = async (
    api: Parameters<typeof feedFrom>[0],
    path = "/feeds",
    body: unknown = { name: "x" },
  ) => {
    const feed = await feedFrom(api, path, body);
    secrets.push(feed.url.split("/").at(-1)?.replace(".ics", "") ?? "");
    return feed;
  };
  try {
    await t.step("what is read is for one person, and not to be kept or guessed at", async () => {
      const { api } = await scene.newUser();
      const { url } = await make(api);
      const { status, headers } = await readFeed(scene, url);
      assert.equal(status, 200);
      assert.deepEqual(
        Object.fromEntries(
          [...headers].filter(([name]) =>
            !["date", "etag", "last-modified", "transfer-encoding", "x-request-id"].includes(name)
          ),
        ),
        {
          "cache-control": "private, no-cache, no-transform",
          "content-disposition": 'inline; filename="deadlines.ics"',
          "content-type": "text/calendar; charset=utf-8",
          "referrer-policy": "no-referrer",
          vary: "accept-encoding",
          "x-content-type-options": "nosniff",
          "x-robots-tag": "noindex, nofollow",
        },
      );
    });

    await t.step("HEAD is GET without the calendar", async () => {
      const { api } = await scene.newUser();
      const { url } = await make(api);
      const [head, get] = [await readFeed(scene, url, { method: "HEAD" }), await readFeed(scene, url)];
      assert.deepEqual([head.status, head.text, head.etag], [200, "", get.etag]);
      assert.equal(head.headers.get("content-type"), get.headers.get("content-type"));
      const not_modified = await readFeed(scene, url, {
        method: "HEAD",
        headers: { "if-none-match": get.etag ?? "" },
      });
      assert.equal(not_modified.status, 304);
      assert.equal((await readFeed(scene, `${url}x`, { method: "HEAD" })).status, 404);
    });

    await t.step("If-Modified-Since is answered once the second is over", async () => {
      const { api } = await scene.newUser();
      const { url } = await make(api);
      await readFeed(scene, url);
      await shiftTime(sql, 2);
      const last_modified = (await readFeed(scene, url)).headers.get("last-modified");
      assert.ok(last_modified);
      const since = { "if-modified-since": last_modified };
      assert.equal((await readFeed(scene, url, { headers: since })).status, 304);
      const both = { ...since, "if-none-match": '"another"' };
      assert.equal((await readFeed(scene, url, { headers: both })).status, 200);
    });

    await t.step("gzip for whoever takes it, under an ETag of its own", async () => {
      const { id, api } = await scene.newUser();
      await sql`insert into public.obligations (user_id, title, deadline_date)
        select ${id}, 'Report ' || n, current_date + 5 from generate_series(1, 50) as n`;
      const { url } = await make(api);
      // fetch, and with it the gateway, decodes what it gets: this asks the function itself.
      const { port } = stack.function("calendar-feed");
      const plain = await readFeed(scene, url, { headers: { "accept-encoding": "identity" } });
      const raw = await rawAnswer(port, new URL(url).pathname.replace("/functions/v1", ""));
      assert.match(raw.head, /content-encoding: gzip/i);
      assert.match(raw.head, /vary: accept-encoding/i);
      const etag = /etag: (.*)\r\n/i.exec(raw.head)?.[1] ?? "";
      assert.notEqual(etag, plain.etag);
      const text = await new Response(
        new Blob([raw.body]).stream().pipeThrough(new DecompressionStream("gzip")),
      ).text();
      assert.equal(text, plain.text);
      assert.ok(raw.body.byteLength < plain.text.length / 3);
      assert.equal((await readFeed(scene, url, { headers: { "if-none-match": etag } })).status, 304);
    });

    await t.step("unknown, given up, ended, malformed: nobody learns which", async () => {
      const { id, api } = await scene.newUser();
      const rotated = await make(api);
      const deleted = await make(api);
      const ended = await make(api, "/feeds", {
        name: "x",
        expires_at: new Date(Date.now() + HOUR_S * 1000).toISOString(),
      });
      for (const { url } of [rotated, deleted, ended]) assert.equal((await readFeed(scene, url)).status, 200);
      const anew = await make(api, `/feeds/${rotated.id}/rotate`, undefined);
      assert.notEqual(anew.url, rotated.url);
      assert.equal((await readFeed(scene, anew.url)).status, 200);
      await (await api.request("DELETE", `/feeds/${deleted.id}`)).body?.cancel();
      await sql`update calendar_sync.feeds set expires_at = now() where id = ${ended.id}`;
      const base = `${stack.apiUrl}/functions/v1/calendar-feed`;
      const seen = async (url: string) => {
        const { status, headers, text } = await readFeed(scene, url);
        const same = [...headers].filter(([name]) => !["date", "x-request-id"].includes(name));
        return { status, headers: same, text };
      };
      const expected = await seen(rotated.url);
      assert.equal(expected.status, 404);
      const addresses = [
        deleted.url,
        ended.url,
        `${base}/${"A".repeat(43)}.ics`,
        `${base}/x`,
        `${base}/`,
        base,
        `${base}/%ff/..%2f`,
      ];
      for (const url of addresses) assert.deepEqual(await seen(url), expected, url);
      assert.equal((await sql`select from calendar_sync.feeds where user_id = ${id}`).length, 2);
    });

    await t.step("what there is not takes as long, whatever it is", async () => {
      const { api } = await scene.newUser();
      const gone = await make(api);
      await make(api, `/feeds/${gone.id}/rotate`, undefined);
      const unknown = `${stack.apiUrl}/functions/v1/calendar-feed/${"B".repeat(43)}.ics`;
      const malformed = `${stack.apiUrl}/functions/v1/calendar-feed/x`;
      const times = new Map([gone.url, unknown, malformed].map((url): [string, number[]] => [url, []]));
      for (let round = 0; round < 40; round++) {
        for (const [url, taken] of times) {
          const from = performance.now();
          await readFeed(scene, url);
          taken.push(performance.now() - from);
        }
      }
      const medians = [...times.values()].map((taken) => taken.sort((a, b) => a - b)[20] ?? NaN);
      // Loosely, since others use the machine too; that each takes one call is shown by tests/unit/functions/feeds.
      assert.ok(Math.max(...medians) < 2.5 * Math.min(...medians), medians.join(", "));
    });

    await t.step(
      "all feeds of a user may be read 300 times a minute, and nobody else waits",
      async () => {
        const { api } = await scene.newUser();
        const [one, other, another] = [
          await make(api),
          await make(api),
          await make((await scene.newUser()).api),
        ];
        const times = async (count: number, { url } = one) =>
          new Set(await Promise.all(Array.from({ length: count }, async () => (await ask(url)).status)));
        for (const feed of [one, other]) assert.deepEqual([...await times(FEED_LIMIT / 2, feed)], [200]);
        for (const feed of [one, other]) assert.deepEqual([...await times(15, feed)], [429]);
        const refused = await ask(one.url);
        assert.equal(refused.status, 429);
        const wait_s = Number(refused.headers.get("retry-after"));
        assert.ok(wait_s >= 1 && wait_s <= 60, String(wait_s));
        assert.equal((await ask(another.url)).status, 200);
        await shiftTime(sql, 61);
        assert.equal((await ask(one.url)).status, 200);
      },
    );

    await t.step(
      "a flood of made-up addresses is refused, and those with a feed behind the same address are not",
      async () => {
        const { api } = await scene.newUser();
        const { url } = await make(api);
        const from = { headers: { "x-forwarded-for": "203.0.113.7" } };
        const guess = () => `${stack.apiUrl}/functions/v1/calendar-feed/${crypto.randomUUID()}.ics`;
        const statuses: number[] = [];
        for (let batch = 0; batch < 5; batch++) {
          statuses.push(
            ...await Promise.all(Array.from({ length: 64 }, async () => (await ask(guess(), from)).status)),
          );
        }
        // Calls side by side may all be the last one that is let in.
        const let_in = statuses.filter((status) => status === 404).length;
        assert.ok(let_in >= ADDRESS_LIMIT && let_in < statuses.length, String(let_in));
        assert.equal(statuses.filter((status) => status === 429).length, statuses.length - let_in);
        assert.equal((await ask(guess(), from)).status, 429);
        assert.equal((await ask(url, from)).status, 200);
        // The gateway's own word comes last; what a caller makes up before it changes nothing.
        for (const made_up of ["203.0.113.8", "203.0.113.8, 198.51.100.1"]) {
          assert.equal((await ask(guess(), { headers: { "x-forwarded-for": made_up } })).status, 429);
        }
        await sql`delete from calendar_sync.calls where scope = 'address'`;
      },
    );

    await t.step("its owner sees when it was read, and by what, to the hour", async () => {
      const { id, api } = await scene.newUser();
      const { id: feed_id, url } = await make(api);
      const used = async () => (await feedsOf(api)).find((feed) => feed.id === feed_id);
      await readFeed(scene, url, { headers: { "user-agent": "Google-Calendar-Importer" } });
      const first = await used();
      assert.equal(first?.last_client, "google");
      await readFeed(scene, url, { headers: { "user-agent": "iOS/18.1 (22B83) dataaccessd/1.0" } });
      assert.deepEqual(await used(), first, "no second write");
      await shiftTime(sql, HOUR_S + 1);
      await readFeed(scene, url, { headers: { "user-agent": "iOS/18.1 (22B83) dataaccessd/1.0" } });
      assert.equal((await used())?.last_client, "apple");
      await make(api, `/feeds/${feed_id}/rotate`, undefined);
      const anew = await used();
      assert.deepEqual([anew?.last_client, anew?.last_used_at], [null, null]);
      assert.equal((await sql`select from calendar_sync.feeds where user_id = ${id}`).length, 1);
    });

    await t.step("a poll that finds nothing new writes its count and nothing else", async () => {
      const { id, api } = await scene.newUser();
      await sql`insert into public.obligations (user_id, title, deadline_date) values (${id}, 'x', current_date)`;
      const { url } = await make(api);
      const { etag } = await readFeed(scene, url);
      const rows = async () =>
        await sql`select 'owner', xmin::text from calendar_sync.feed_owners where user_id = ${id}
          union all select 'feed', xmin::text from calendar_sync.feeds where user_id = ${id}
          union all select 'item', xmin::text from calendar_sync.feed_items where user_id = ${id}`;
      const before = await rows();
      for (let n = 0; n < 5; n++) {
        assert.equal((await readFeed(scene, url, { headers: { "if-none-match": etag ?? "" } })).status, 304);
      }
      assert.deepEqual([...await rows()], [...before]);
    });

    await t.step("nobody but its owner sees, changes, moves or ends a feed", async () => {
      const [owner, other] = [await scene.newUser(), await scene.newUser()];
      const { id: feed_id, url } = await make(owner.api);
      for (
        const [method, path, body] of [
          ["PATCH", `/feeds/${feed_id}`, { name: "mine now" }],
          ["POST", `/feeds/${feed_id}/rotate`],
          ["DELETE", `/feeds/${feed_id}`],
          ["PATCH", `/feeds/${crypto.randomUUID()}`, {}],
        ] as const
      ) {
        const answer = await other.api.request(method, path, body);
        assert.equal(answer.status, 404, `${method} ${path}`);
        await answer.body?.cancel();
      }
      assert.deepEqual(await feedsOf(other.api), []);
      assert.equal((await readFeed(scene, url)).status, 200);
      for (const role of ["anon", "authenticated"]) {
        const as = (run: string) =>
          sql.begin(async (transaction) => {
            await transaction.unsafe(`set local role ${role}`);
            await transaction`select set_config('request.jwt.claims', ${
              JSON.stringify({ sub: other.id, role })
            }, true)`;
            return await transaction.unsafe(run);
          });
        await assert.rejects(as("select token_hash from calendar_sync.feeds"), /permission denied/);
        await assert.rejects(as("select from calendar_sync.feed_changes"), /permission denied/);
        await assert.rejects(
          as("select public.calendar_poll_feed('', gen_random_uuid(), 'other', 1, 1)"),
          /permission denied/,
        );
        await assert.rejects(
          as(`select public.calendar_feed_page('${feed_id}', '2026-01-01', null, 1)`),
          /permission denied/,
        );
      }
    });

    await t.step("what does not make sense is refused, and the 21st feed too", async () => {
      const { api } = await scene.newUser();
      const refused = async (body: unknown) => {
        const answer = await api.request("POST", "/feeds", body);
        assert.equal(answer.status, 400, JSON.stringify(body));
        await answer.body?.cancel();
      };
      for (
        const settings of [
          { look_back_days: -1 },
          { look_back_days: 3651 },
          { look_ahead_days: 0 },
          { look_ahead_days: 1.5 },
          { reminders_minutes: [1, 2, 3, 4, 5, 6] },
          { reminders_minutes: [40321] },
          { completed_events: "hide" },
          { obligation_types: [] },
          { obligation_types: "air" },
          { colour: "red" },
        ]
      ) await refused({ name: "x", settings });
      for (
        const body of [{}, { name: "" }, { name: "  " }, { name: "x".repeat(101) }, {
          name: "x",
          expires_at: "2020-01-01T00:00:00Z",
        }]
      ) {
        await refused(body);
      }
      for (let n = 0; n < 20; n++) await make(api);
      const answer = await api.request("POST", "/feeds", { name: "x" });
      assert.equal(answer.status, 409);
      assert.match(await answer.text(), /too_many_feeds/);
    });

    await t.step("an end can be set, moved and taken away", async () => {
      const { api } = await scene.newUser();
      const { id, url } = await make(api);
      const change = async (expires_at: string | null) => {
        const answer = await api.request("PATCH", `/feeds/${id}`, { expires_at });
        assert.equal(answer.status, 200);
        await answer.body?.cancel();
      };
      await change(new Date(Date.now() + HOUR_S * 1000).toISOString());
      assert.equal((await readFeed(scene, url)).status, 200);
      await shiftTime(sql, HOUR_S + 60);
      assert.equal((await readFeed(scene, url)).status, 404);
      await change(null);
      assert.equal((await readFeed(scene, url)).status, 200);
    });

    await t.step("no token was printed, and none is in the database", async () => {
      assert.ok(secrets.length > 10);
      const dump = JSON.stringify([
        await sql`select * from calendar_sync.feeds`,
        await sql`select * from calendar_sync.calls`,
        await sql`select * from calendar_sync.incidents`,
      ]);
      for (const secret of secrets) {
        assert.ok(!scene.output.some((line) => line.includes(secret)));
        assert.ok(!dump.includes(secret));
        assert.ok(!dump.includes("203.0.113"));
      }
    });
  } finally {
    await scene.close();
  }
});

/** An answer as it comes over the wire, for a request that takes gzip. */
async function rawAnswer(
  port: number,
  path: string,
): Promise<{ readonly head: string; readonly body: Uint8Array<ArrayBuffer> }> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  // HTTP/1.0: the body is not chunked and ends with the connection.
  await connection.write(
    new TextEncoder().encode(`GET ${path} HTTP/1.0\r\nhost: 127.0.0.1\r\naccept-encoding: gzip\r\n\r\n`),
  );
  const bytes = new Uint8Array(await new Response(connection.readable).arrayBuffer());
  const end = bytes.findIndex((_, at) => bytes[at] === 13 && bytes[at + 1] === 10 && bytes[at + 2] === 13) +
    4;
  return { head: new TextDecoder().decode(bytes.subarray(0, end)), body: bytes.slice(end) };
}
