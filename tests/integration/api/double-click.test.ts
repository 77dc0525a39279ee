import assert from "node:assert/strict";
import { hashSecretToken } from "../../../supabase/functions/_shared/platform/secret-token.ts";
import { consent, until } from "../../support/calendar-api.ts";
import { openScene } from "../../support/scene.ts";
import { ADA, GRACE } from "../../support/subjects/subject.ts";

const SIDE_BY_SIDE = 4;

for (const provider_name of ["google", "outlook"] as const) {
  Deno.test({
    name: `${provider_name}: what is asked for twice at once is done once`,
    sanitizeOps: false,
    sanitizeResources: false,
  }, async (t) => {
    const scene = await openScene(provider_name);
    const { provider, sql, redirect_to } = scene;
    const { faults } = provider.emulator;
    /** The same call several times at once; its statuses, sorted. */
    const at_once = async (call: () => Promise<Response>) => {
      const answers = await Promise.all(Array.from({ length: SIDE_BY_SIDE }, call));
      const bodies = await Promise.all(answers.map((answer) => answer.text()));
      return { statuses: answers.map(({ status }) => status).sort(), bodies };
    };
    const ours = (account: string) =>
      provider.calendars(account).filter(({ name }) => name.startsWith("Compliance deadlines"));
    /** Making a calendar takes its time, so that calls really overlap. */
    const slowly = () =>
      faults.set([{ kind: "latency", latency_ms: 300, match: { method: "POST", path: "/calendars$" } }]);
    try {
      await t.step("POST /confirm: one integration, one calendar, and the ticket works once", async () => {
        const { api } = await scene.newUser();
        const before = ours(ADA).length;
        const landed = await consent(await api.authorizeUrl({ provider: provider_name, redirect_to }), ADA);
        const connection = landed.searchParams.get("calendar_connection");
        slowly();
        const { statuses } = await at_once(() => api.request("POST", "/confirm", { connection }));
        faults.clear();
        assert.deepEqual(statuses, [200, 400, 400, 400]);
        assert.equal((await api.status()).length, 1);
        assert.equal(ours(ADA).length, before + 1);
      });

      await t.step(
        "POST /confirm from two tabs, each with a ticket: one integration, one calendar",
        async () => {
          const { api } = await scene.newUser();
          const before = ours(GRACE).length;
          const tickets: (string | null)[] = [];
          for (let tab = 0; tab < 2; tab++) {
            const landed = await consent(
              await api.authorizeUrl({ provider: provider_name, redirect_to }),
              GRACE,
            );
            tickets.push(landed.searchParams.get("calendar_connection"));
          }
          slowly();
          const answers = await Promise.all(
            tickets.map((connection) => api.request("POST", "/confirm", { connection })),
          );
          faults.clear();
          for (const answer of answers) assert.equal(answer.status, 200, await answer.text());
          assert.equal((await api.status()).length, 1);
          assert.equal(ours(GRACE).length, before + 1);
        },
      );

      await t.step(
        "of two confirmations one looks for a calendar at a time, and the second finds what the first made",
        async () => {
          const { id: user_id, api } = await scene.newUser();
          const hashes: string[] = [];
          for (let tab = 0; tab < 2; tab++) {
            const landed = await consent(
              await api.authorizeUrl({ provider: provider_name, redirect_to }),
              GRACE,
            );
            hashes.push(await hashSecretToken(landed.searchParams.get("calendar_connection") ?? ""));
          }
          const [first = "", second = ""] = hashes;
          const lock = async (claim: string) => {
            const [row] = await sql`select public.calendar_lock_user(${user_id}, ${claim}, 15) as is_taken`;
            return row?.["is_taken"];
          };
          const take = async (hash: string) => {
            const [row] = await sql<{ kind: string; flow_id: string; calendar_id: string | null }[]>`
              select taken ->> 'kind' as kind, taken ->> 'flow_id' as flow_id, taken ->> 'calendar_id' as calendar_id
              from public.calendar_take_connection(${user_id}, ${hash}) as taken`;
            return row;
          };
          const [one, two] = [crypto.randomUUID(), crypto.randomUUID()];
          assert.deepEqual([await lock(one), await lock(two)], [true, false]);
          const taken = await take(first);
          assert.deepEqual([taken?.kind, taken?.calendar_id], ["taken", null]);
          await sql`select public.calendar_activate(${
            taken?.flow_id ?? ""
          }, 'made by the first', 'Made', 'own')`;
          await sql`select public.calendar_unlock_user(${user_id}, ${one})`;
          assert.equal(await lock(two), true);
          const again = await take(second);
          assert.deepEqual([again?.kind, again?.calendar_id], ["taken", "made by the first"]);
          await sql`select public.calendar_unlock_user(${user_id}, ${two})`;
          await sql`delete from public.calendar_integrations where user_id = ${user_id}`;
        },
      );

      await t.step("a consent that was begun twice shows once, and either ticket is good", async () => {
        const { api } = await scene.newUser();
        const ticket = async () =>
          (await consent(await api.authorizeUrl({ provider: provider_name, redirect_to }), GRACE))
            .searchParams
            .get("calendar_connection");
        const [first, second] = [await ticket(), await ticket()];
        for (const connection of [second, first]) {
          const answer = await api.request("POST", "/confirm", { connection });
          assert.equal(answer.status, 200, await answer.text());
          assert.deepEqual((await api.status()).map(({ status }) => status), ["active"]);
        }
      });

      const { id: user_id, api, integration, calendar_id } = await scene.connectedUser(ADA, "existing");
      const integration_id = integration.id;

      await t.step("POST /calendars: one new calendar, which everybody is told of", async () => {
        provider.user.deleteCalendar(ADA, calendar_id);
        const before = ours(ADA).length;
        slowly();
        const { statuses, bodies } = await at_once(() =>
          api.request("POST", "/calendars", { integration_id })
        );
        faults.clear();
        assert.deepEqual(statuses, [200, 200, 200, 200], bodies.join());
        assert.equal(ours(ADA).length, before + 1);
        assert.equal(new Set(bodies.map((body) => JSON.parse(body).calendar_id)).size, 1);
      });

      await t.step("a process that was killed while it made one keeps nobody waiting for long", async () => {
        const begun = performance.now();
        await sql`
          select public.calendar_lock_user(${user_id}, gen_random_uuid(), 1)`;
        const response = await api.request("POST", "/calendars", { integration_id });
        assert.equal(response.status, 200, await response.text());
        assert.ok(performance.now() - begun >= 900, "it waited for the one before");
        assert.equal((await sql`select from calendar_sync.locks where purpose = 'calendar'`).length, 0);
      });

      await t.step("one that could not be made does not keep the next one waiting", async () => {
        faults.set([{ kind: "status", status: 503, match: { path: "/calendars" } }]);
        const failed = await api.request("POST", "/calendars", { integration_id });
        assert.equal(failed.status, 502);
        await failed.body?.cancel();
        faults.clear();
        assert.equal((await sql`select from calendar_sync.locks where purpose = 'calendar'`).length, 0);
      });

      await t.step("PATCH /status: all say the same, and the calendar is the chosen one", async () => {
        const list = await api.request("GET", `/calendars?integration_id=${integration_id}`);
        const { calendars } = await list.json();
        const chosen = calendars.find(({ primary }: { primary: boolean }) => primary);
        const { statuses, bodies } = await at_once(() =>
          api.request("PATCH", "/status", {
            integration_id,
            calendar_id: chosen.id,
            sync_enabled: true,
            settings: { reminders_minutes: [60] },
          })
        );
        assert.deepEqual(statuses, [200, 200, 200, 200], bodies.join());
        for (const body of bodies) {
          assert.equal(JSON.parse(body).calendar_id, chosen.id);
          assert.deepEqual(JSON.parse(body).settings.reminders_minutes, [60]);
        }
      });

      await t.step("POST /sync: every one is accepted", async () => {
        const { statuses } = await at_once(() => api.request("POST", "/sync", {}));
        assert.deepEqual(statuses, [202, 202, 202, 202]);
      });

      await t.step(
        "POST /retry: every one is accepted, and what failed ends up in the calendar once",
        async () => {
          const [obligation] = await sql<{ id: string }[]>`
          insert into public.obligations (user_id, title, deadline_date)
          values (${user_id}, 'Retried', '2027-01-31') returning id`;
          assert.ok(obligation);
          await until(async () => (await api.status()).every(({ progress }) => progress.pending === 0));
          await sql`update public.calendar_integrations set sync_enabled = false where id = ${integration_id}`;
          // A switch has what failed tried again too.
          await until(async () =>
            (await sql`select from calendar_sync.changes where integration_id = ${integration_id}`).length ===
              0
          );
          await sql`
          insert into calendar_sync.jobs (integration_id, kind, obligation_id, failed_at, attempts)
          values (${integration_id}, 'event', ${obligation.id}, now(), 8)`;
          await sql.begin(async (transaction) => {
            await transaction`set local session_replication_role = replica`;
            await transaction`update public.calendar_integrations set sync_enabled = true where id = ${integration_id}`;
          });
          const { statuses, bodies } = await at_once(() => api.request("POST", "/retry", { integration_id }));
          assert.deepEqual(statuses, [202, 202, 202, 202]);
          // One that comes after the worker finds nothing that failed.
          const queued = bodies.map((body) => JSON.parse(body).queued);
          assert.ok(queued.includes(1) && queued.every((count) => count <= 1), queued.join());
          const settled = await api.untilStatus(({ id, progress }) =>
            id === integration_id && progress.pending === 0 && progress.failed === 0
          );
          assert.equal(
            scene.titles(settled.calendar_id ?? "").filter((title) => title === "Retried").length,
            1,
          );
        },
      );

      await t.step("POST /resume: every one is told that it goes on", async () => {
        // A worker that is still at it would record that all is well.
        await scene.untilIdle();
        await sql`
          update public.calendar_integrations set status = 'paused',
            last_error = '{"code": "mass_deletion", "message": "Many.", "details": {"deletions": 30, "events": 40}}'
          where id = ${integration_id}`;
        const { statuses, bodies } = await at_once(() => api.request("POST", "/resume", { integration_id }));
        assert.deepEqual(statuses, [200, 200, 200, 200], bodies.join());
        assert.ok(bodies.every((body) => JSON.parse(body).status === "active"));
      });

      await t.step("DELETE with removal: it drains, and is gone", async () => {
        const { statuses } = await at_once(() =>
          api.request("DELETE", `/?integration_id=${integration_id}&events=remove`)
        );
        assert.ok(statuses.every((status) => status === 202 || status === 404), statuses.join());
        assert.equal(statuses[0], 202);
        await until(async () => (await api.status()).length === 0);
      });

      await t.step(
        "DELETE that keeps the events: one is told that it is gone, the others that there is none",
        async () => {
          const again = await scene.connect(api, ADA);
          const { statuses } = await at_once(() => api.request("DELETE", `/?integration_id=${again.id}`));
          assert.deepEqual(statuses, [204, 404, 404, 404]);
        },
      );
    } finally {
      await scene.close();
    }
  });
}
