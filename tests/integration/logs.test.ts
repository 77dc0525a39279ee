import assert from "node:assert/strict";
import { z } from "zod";
import { PATIENCE_MS, until } from "../support/calendar-api.ts";
import { type LogLine, logLines } from "../support/log-proof.ts";
import { type ConnectedUser, openScene, type Scene } from "../support/scene.ts";

const REQUEST_ID = "page.call-1";
const DATE = "2027-03-01";

Deno.test({
  name: "from a call to the row of activity, one id tells the story",
  sanitizeOps: false,
  sanitizeResources: false,
}, async (t) => {
  const scene = await openScene();
  const { sql } = scene;
  try {
    const user = await scene.connectedUser();
    await scene.untilTitles(user.calendar_id, []);

    await t.step("what connecting led to says so, and every part of it has a line", async () => {
      await write(scene, user, "Before connecting", null);
      const other = await scene.newUser();
      await sql`insert into public.obligations (user_id, title, deadline_date) values (${other.id}, 'Early', ${DATE})`;
      const integration = await scene.connect(other.api, "grace@example.com");
      assert.equal((await activityOf(scene, integration.id, "Early")).caused_by, `user:${other.id}`);
      const begun = await lineOf(
        scene,
        ({ action, user_id }) => action === "consent_begun" && user_id === other.id,
      );
      assert.deepEqual([begun.provider, begun.success], ["google", true]);
      const ended = await lineOf(
        scene,
        ({ action, user_id }) => action === "consent_ended" && user_id === other.id,
      );
      assert.equal(ended.success, true);
      const connected = await lineOf(
        scene,
        ({ action, integration_id }) => action === "connected" && integration_id === integration.id,
      );
      assert.equal(connected.user_id, other.id);
      const answer = await other.api.request("DELETE", `/?integration_id=${integration.id}&events=remove`);
      assert.equal(answer.status, 202);
      const removal = await activityOf(scene, integration.id, "Early", "removed");
      assert.deepEqual(removal, {
        caused_by: `user:${other.id}`,
        request_id: answer.headers.get("x-request-id"),
      });
      const worker = await lineOf(
        scene,
        ({ action, service, integration_id }) =>
          action === "disconnected" && service === "calendar-sync" && integration_id === integration.id,
      );
      assert.equal(worker.success, true);
      await lineOf(scene, (line) => line.action === "lane_run" && line["kind"] === "disconnect");
    });

    await t.step(
      "Sync now: the page's id stands in both functions' lines and on what was changed",
      async () => {
        await forgotten(scene, user, "Forgotten");
        const answer = await user.api.request("POST", "/sync", {}, { "x-request-id": REQUEST_ID });
        assert.deepEqual([answer.status, answer.headers.get("x-request-id")], [202, REQUEST_ID]);
        await scene.untilTitles(user.calendar_id, ["Before connecting", "Forgotten"]);
        const written = await activityOf(scene, user.integration.id, "Forgotten");
        assert.deepEqual(written, { caused_by: `user:${user.id}`, request_id: REQUEST_ID });
        const access = await lineOf(
          scene,
          (line) => line.action === "request" && line.request_id === REQUEST_ID,
        );
        assert.deepEqual(
          [
            access.service,
            access.user_id,
            access.success,
            access["method"],
            access["route"],
            access["status"],
          ],
          ["calendar", user.id, true, "POST", "/calendar/sync", 202],
        );
        const run = await lineOf(
          scene,
          (line) => isRunFor(line, REQUEST_ID) && line["changes"] === 1,
        );
        assert.deepEqual(
          [
            run.service,
            run.provider,
            run.user_id,
            run.integration_id,
            run.success,
            run.attempt,
            run["ended_by"],
          ],
          ["calendar-sync", "google", user.id, user.integration.id, true, 1, "done"],
        );
        assert.deepEqual([run["changes"], run["outcomes"], run["request_ids"]], [1, { done: 1 }, [
          REQUEST_ID,
        ]]);
      },
    );

    await t.step("a write through the Data API: its writer and its id", async () => {
      // A scan that was asked for is repeated: in one run with it the write would not be the only cause.
      await until(async () =>
        (await sql`select from calendar_sync.jobs where kind in ('event', 'scan')`).length === 0
      );
      await write(scene, user, "By API", "data-api-1");
      const written = await activityOf(scene, user.integration.id, "By API");
      assert.deepEqual(written, { caused_by: `user:${user.id}`, request_id: "data-api-1" });
      const run = await lineOf(scene, (line) => isRunFor(line, "data-api-1"));
      // What else was due then is worked with it, and the run belongs to none of them.
      const alone = run["jobs"] === 1;
      assert.equal(run.request_id, alone ? "data-api-1" : run["run_id"]);
      assert.equal(run.obligation_id !== undefined, alone);
    });

    await t.step("a write with SQL: the role, and the run that saw to it", async () => {
      await sql`insert into public.obligations (user_id, title, deadline_date) values (${user.id}, 'By SQL', ${DATE})`;
      const { caused_by, request_id } = await activityOf(scene, user.integration.id, "By SQL");
      assert.equal(caused_by, `database:${new URL(scene.stack.databaseUrl).username}`);
      const run = await lineOf(scene, (line) => line.action === "lane_run" && line["run_id"] === request_id);
      assert.equal(run.request_id, request_id);
    });

    await t.step("what the sweep finds is the sweep's", async () => {
      await forgotten(scene, user, "Swept");
      await sql`select calendar_sync.sweep(${user.integration.id}, ${user.integration.id})`;
      await sql`select calendar_sync.wake_up()`;
      assert.equal((await activityOf(scene, user.integration.id, "Swept")).caused_by, "sweep");
    });

    await t.step(
      "an id that is not fit for a log is replaced, and each request without one gets its own",
      async () => {
        const ids = new Set<string>();
        for (
          const headers of [{}, {}, { "x-request-id": "not fit {for} a log" }, {
            "x-request-id": "x".repeat(65),
          }]
        ) {
          const answer = await user.api.request("GET", "/status", undefined, headers);
          await answer.body?.cancel();
          ids.add(z.uuid().parse(answer.headers.get("x-request-id")));
        }
        assert.equal(ids.size, 4);
      },
    );

    await t.step(
      "a refused request says why in its line, and a path that does not exist has no route",
      async () => {
        const refused = await user.api.request("PATCH", "/status", "{", { "x-request-id": "refused-1" });
        const lost = await user.api.request("GET", "/nowhere/secret-path", undefined, {
          "x-request-id": "lost-1",
        });
        assert.deepEqual([refused.status, lost.status], [400, 404]);
        const line = await lineOf(scene, ({ request_id }) => request_id === "refused-1");
        assert.deepEqual([line.success, line.error_code, line["status"]], [false, "invalid_request", 400]);
        const nowhere = await lineOf(scene, ({ request_id }) => request_id === "lost-1");
        assert.deepEqual([nowhere["route"], nowhere.error_code], [null, "not_found"]);
        assert.ok(!scene.output.some((text) => text.includes("secret-path")));
      },
    );

    await t.step("a browser may send the id, and read it in the answer", async () => {
      const origin = scene.stack.apiUrl;
      const asked = await fetch(`${origin}/functions/v1/calendar/status`, {
        method: "OPTIONS",
        headers: {
          origin,
          "access-control-request-method": "GET",
          "access-control-request-headers": "x-request-id",
        },
      });
      assert.match(asked.headers.get("access-control-allow-headers") ?? "", /x-request-id/);
      const answer = await user.api.request("GET", "/status", undefined, { origin });
      assert.match(answer.headers.get("access-control-expose-headers") ?? "", /x-request-id/);
      await answer.body?.cancel();
    });

    await t.step("a feed's readers have lines, and no line has a feed's address", async () => {
      const made = await user.api.request("POST", "/feeds", { name: "Mine" });
      const { id, url } = z.object({ id: z.string(), url: z.string() }).parse(await made.json());
      const wrong = url.replace(/[^/]+\.ics$/, `${"Wr0ng".repeat(9)}.ics`);
      for (const [address, status] of [[url, 200], [wrong, 404]] as const) {
        const answer = await fetch(address, { headers: { "user-agent": "Google-Calendar-Importer" } });
        assert.equal(answer.status, status);
        assert.ok(answer.headers.get("x-request-id"));
        await answer.body?.cancel();
      }
      const read = await lineOf(scene, (line) => line["feed_id"] === id);
      assert.deepEqual(
        [read.service, read.action, read["route"], read["status"], read["client"]],
        ["calendar-feed", "request", "/calendar-feed/:token", 200, "google"],
      );
      const vain = await lineOf(scene, (line) => line.service === "calendar-feed" && line["status"] === 404);
      assert.deepEqual([vain.success, vain.error_code], [false, "not_found"]);
      const tokens = [url, wrong].map((address) => /([^/]+)\.ics$/.exec(address)?.[1] ?? address);
      assert.ok(!scene.output.some((text) => tokens.some((token) => text.includes(token))));
    });

    await t.step(
      "a provider that is down: runs that failed say why, and the circuit breaker says when it opens and closes",
      async () => {
        const { faults } = scene.provider.emulator;
        faults.set([{ kind: "status", match: {}, status: 503 }]);
        const users = [user];
        while (users.length < 5) users.push(await connectedBefore(scene, faults));
        faults.set([{ kind: "status", match: {}, status: 503 }]);
        await sql`
        insert into public.obligations (user_id, title, deadline_date)
        select id, 'Late', ${DATE} from unnest(${users.map(({ id }) => id)}::uuid[]) as id`;
        // What is read or kept up meanwhile fails in other ways.
        const run = await lineOf(
          scene,
          (line) =>
            line.action === "lane_run" && line.success === false && line["ended_by"] === "unreachable",
        );
        assert.deepEqual([run.error_code, run["waits_for"]], ["provider_unavailable", "backoff"]);
        const opened = await lineOf(scene, ({ action }) => action === "circuit_breaker_opened");
        assert.deepEqual([opened.level, opened.provider], ["warn", "google"]);
        faults.clear();
        await (await user.api.request("POST", "/sync", {})).body?.cancel();
        const closed = await lineOf(scene, ({ action }) => action === "circuit_breaker_closed");
        assert.equal(closed.provider, "google");
      },
    );

    await t.step("a token that is refreshed has a line, and the run that needed it says so", async () => {
      await sql`
        update public.calendar_integrations set token_expires_at = now() where id = ${user.integration.id}`;
      await write(scene, user, "With a new token", null);
      const refreshed = await lineOf(scene, ({ action }) => action === "token_refreshed");
      assert.deepEqual([refreshed.integration_id, refreshed.success], [user.integration.id, true]);
      await lineOf(scene, (line) => line.action === "lane_run" && line["token_refreshed"] === true);
    });

    await t.step("each function says how it started, and each worker what it did", async () => {
      for (const service of ["calendar", "calendar-sync", "calendar-feed"]) {
        const started = await lineOf(scene, (line) => line.service === service && line.action === "started");
        assert.deepEqual([started["log_level"], started["providers"]], ["debug", [
          "google",
          "outlook",
          "caldav",
        ]]);
      }
      const drained = await lineOf(
        scene,
        (line) => line.action === "worker_drain" && typeof line["jobs"] === "number" && line["jobs"] > 0,
      );
      assert.deepEqual([drained.service, drained.success, drained["ended_by"]], [
        "calendar-sync",
        true,
        "nothing_due",
      ]);
    });
  } finally {
    await scene.close();
  }
});

/** A row that the Data API would write: as a user, with the headers of the call. */
async function write(
  { sql }: Scene,
  { id }: { readonly id: string },
  title: string,
  request_id: string | null,
): Promise<void> {
  await sql.begin(async (transaction) => {
    await transaction`
      select set_config('request.jwt.claims', ${JSON.stringify({ sub: id, role: "authenticated" })}, true),
        set_config('request.headers', ${
      JSON.stringify(request_id === null ? {} : { "x-request-id": request_id })
    }, true), set_config('role', 'authenticated', true)`;
    await transaction`insert into public.obligations (user_id, title, deadline_date) values (${id}, ${title}, ${DATE})`;
  });
}

/** An obligation that nobody was told of. */
async function forgotten({ sql }: Scene, { id }: { readonly id: string }, title: string): Promise<void> {
  await sql.begin(async (transaction) => {
    await transaction`set local session_replication_role = replica`;
    await transaction`insert into public.obligations (user_id, title, deadline_date) values (${id}, ${title}, ${DATE})`;
  });
}

async function connectedBefore(scene: Scene, faults: { clear(): void }): Promise<ConnectedUser> {
  faults.clear();
  return await scene.connectedUser();
}

/** Waits for the row about a title. */
async function activityOf(
  { sql }: Scene,
  integration_id: string,
  title: string,
  action = "created",
): Promise<{ readonly caused_by: string | null; readonly request_id: string | null }> {
  const row = await until(async () => {
    const [found] = await sql<{ caused_by: string | null; request_id: string | null }[]>`
      select caused_by, request_id from calendar_sync.activity
      where integration_id = ${integration_id} and action = ${action} and (title = ${title} or title is null)`;
    return found;
  });
  return { ...row };
}

/** Whether a lane was worked for a request, alone or among others. */
function isRunFor(line: LogLine, request_id: string): boolean {
  const { request_ids } = line;
  return line.action === "lane_run" && Array.isArray(request_ids) && request_ids.includes(request_id);
}

/** Waits for a line. */
async function lineOf({ output }: Scene, wanted: (line: LogLine) => boolean): Promise<LogLine> {
  return await until(
    () => Promise.resolve(logLines(output).find(wanted)),
    PATIENCE_MS,
    () => Promise.resolve(output.slice(-20)),
  );
}
