import assert from "node:assert/strict";
import { type CalendarApi, consent, PATIENCE_MS, until } from "../../support/calendar-api.ts";
import { openScene } from "../../support/scene.ts";
import { ADA, type ConsentProvider } from "../../support/subjects/subject.ts";

const DAY = "2027-03-15";
/** More than open the circuit breaker. */
const TEAM = 7;

/** What happens to events in a calendar that turned read-only, or that a new consent does not cover. */
export async function testAccessLost(t: Deno.TestContext, provider_name: ConsentProvider): Promise<void> {
  const scene = await openScene(provider_name);
  const { sql, provider, redirect_to } = scene;
  const { faults } = provider.emulator;
  const team = provider.calendars(ADA)[0]?.id ?? "";
  const insert = (user_id: string, ...titles: readonly string[]) =>
    sql`insert into public.obligations (user_id, title, deadline_date)
      select ${user_id}, title, ${DAY} from unnest(${[...titles]}::text[]) as title`;
  const choose = async (api: CalendarApi, integration_id: string, calendar_id: string) => {
    const answer = await api.request("PATCH", "/status", { integration_id, calendar_id });
    assert.equal(answer.status, 200, await answer.text());
  };
  const chooseOwn = async (api: CalendarApi, integration_id: string): Promise<string> => {
    const answer = await api.request("POST", "/calendars", { integration_id });
    assert.equal(answer.status, 200, await answer.clone().text());
    return (await answer.json()).calendar_id;
  };
  const settled = (api: CalendarApi) => api.untilStatus(({ progress }) => progress.pending === 0);
  const leftovers = async () => (await sql`select from calendar_sync.leftovers`).length;
  /** A user whose events are in the team's calendar, which then turns read-only. */
  const inTeamCalendar = async (...titles: readonly string[]) => {
    const user = await scene.connectedUser(ADA, "existing");
    const { id } = user.integration;
    await choose(user.api, id, team);
    await insert(user.id, ...titles);
    await scene.untilTitles(team, titles);
    await settled(user.api);
    return { ...user, integration_id: id, own: user.calendar_id };
  };
  const clear = async (...user_ids: readonly string[]) => {
    faults.clear();
    provider.user.allowWriting(ADA, team);
    await scene.deleteUsers(...user_ids);
    for (const { id } of scene.events(team)) provider.user.deleteEvent(team, id);
  };

  try {
    await t.step(
      "another calendar that is chosen gets every event; those that cannot be removed are leftovers",
      async (step) => {
        const user = await inTeamCalendar("One", "Two");
        provider.user.withdrawWriting(ADA, team);
        await choose(user.api, user.integration_id, user.own);
        await scene.untilTitles(user.own, ["One", "Two"]);
        const { status, last_error, progress } = await settled(user.api);
        assert.deepEqual([status, last_error, progress], ["active", null, {
          pending: 0,
          synced: 2,
          failed: 0,
        }]);
        assert.deepEqual([scene.titles(team), await leftovers()], [["One", "Two"], 2]);

        await step.step("a bulk edit forgets no leftover", async () => {
          await sql`update public.obligations set title = title || '!' where user_id = ${user.id}`;
          await scene.untilTitles(user.own, ["One!", "Two!"]);
          await settled(user.api);
          await sql`select calendar_sync.append_changes(array[${user.integration_id}]::uuid[], 'scan', 1)`;
          await sql`select calendar_sync.nightly()`;
          await settled(user.api);
          assert.equal(await leftovers(), 2);
        });

        await step.step("once it may be written to, the night removes them", async () => {
          provider.user.allowWriting(ADA, team);
          await sql`select calendar_sync.nightly()`;
          await sql`select calendar_sync.wake_up()`;
          await scene.untilTitles(team, []);
          await until(async () => await leftovers() === 0);
          assert.deepEqual(scene.titles(user.own), ["One!", "Two!"]);
        });
        await clear(user.id);
      },
    );

    await t.step("our own calendar that is chosen again is the one that is there", async (step) => {
      const user = await inTeamCalendar("Back and forth");
      const calendars = provider.calendars(ADA).length;
      for (let times = 0; times < 2; times++) {
        assert.equal(await chooseOwn(user.api, user.integration_id), user.own);
        await scene.untilTitles(user.own, ["Back and forth"]);
        await settled(user.api);
        await choose(user.api, user.integration_id, team);
        await scene.untilTitles(team, ["Back and forth"]);
        await settled(user.api);
      }
      assert.equal(provider.calendars(ADA).length, calendars);

      await step.step(
        "also where it is chosen by its id, and from a calendar that turned read-only",
        async () => {
          await choose(user.api, user.integration_id, user.own);
          await scene.untilTitles(user.own, ["Back and forth"]);
          await settled(user.api);
          await choose(user.api, user.integration_id, team);
          await scene.untilTitles(team, ["Back and forth"]);
          await settled(user.api);
          provider.user.withdrawWriting(ADA, team);
          assert.equal(await chooseOwn(user.api, user.integration_id), user.own);
          await scene.untilTitles(user.own, ["Back and forth"]);
          assert.equal((await settled(user.api)).last_error, null);
          assert.equal(provider.calendars(ADA).length, calendars);
        },
      );

      await step.step("one that was deleted meanwhile is made once more", async () => {
        provider.user.allowWriting(ADA, team);
        await choose(user.api, user.integration_id, team);
        await scene.untilTitles(user.own, []);
        await settled(user.api);
        provider.user.deleteCalendar(ADA, user.own);
        const made = await chooseOwn(user.api, user.integration_id);
        assert.notEqual(made, user.own);
        await scene.untilTitles(made, ["Back and forth"]);
      });
      await clear(user.id);
    });

    await t.step(
      "disconnecting with remove from a calendar that turned read-only ends, and our empty calendar goes",
      async (step) => {
        const user = await inTeamCalendar("Stays", "Stays too");
        provider.user.withdrawWriting(ADA, team);
        const answer = await user.api.request(
          "DELETE",
          `/?integration_id=${user.integration_id}&events=remove`,
        );
        assert.equal(answer.status, 202, await answer.text());
        await until(async () => (await user.api.status()).length === 0, PATIENCE_MS, () => user.api.status());
        assert.equal(provider.hasCalendar(ADA, user.own), false);
        assert.equal(await leftovers(), 2);

        await step.step("connecting again removes what was left, once that is possible", async () => {
          provider.user.allowWriting(ADA, team);
          await sql`delete from public.obligations where user_id = ${user.id}`;
          const again = await scene.connect(user.api, ADA, "existing");
          assert.equal(again.id, user.integration_id);
          await scene.untilTitles(team, []);
          await until(async () => await leftovers() === 0);
        });
        await clear(user.id);
      },
    );

    await t.step("connecting again asks for what was there before", async () => {
      const user = await inTeamCalendar("As before");
      await sql`update public.calendar_integrations set status = 'disconnected' where id = ${user.integration_id}`;
      const query = new URLSearchParams({ provider: provider_name, redirect_to });
      const { url } = await (await user.api.request("GET", `/authorize?${query}`)).json();
      const landed = await consent(url, ADA);
      const connection = landed.searchParams.get("calendar_connection");
      const again = await (await user.api.request("POST", "/confirm", { connection })).json();
      assert.deepEqual([again.id, again.access, again.calendar_id], [user.integration_id, "existing", team]);
      await clear(user.id);
    });

    for (const status of ["disconnected", "active"]) {
      await t.step(`less access than before (${status}): nothing moves before the user knows`, async () => {
        const user = await inTeamCalendar("Careful");
        if (status === "disconnected") {
          provider.revokeEverything();
          await sql`update public.obligations set title = 'Careful!' where user_id = ${user.id}`;
          await user.api.untilStatus((integration) => integration.status === "disconnected");
        }
        const landed = await consent(
          await user.api.authorizeUrl({ provider: provider_name, redirect_to, access: "dedicated" }),
          ADA,
        );
        const connection = landed.searchParams.get("calendar_connection");
        const refused = await user.api.request("POST", "/confirm", { connection });
        const answer = await refused.json();
        if (provider_name === "outlook") {
          // Graph has no narrower right: the calendar is still covered.
          assert.deepEqual([refused.status, answer.calendar_id], [200, team]);
        } else {
          assert.deepEqual([refused.status, answer.code], [409, "more_access_needed"]);
          const [before] = await user.api.status();
          assert.deepEqual([before?.status, before?.access, before?.calendar_id], [status, "existing", team]);
          const accepted = await user.api.request("POST", "/confirm", {
            connection,
            accept_less_access: true,
          });
          const integration = await accepted.json();
          assert.equal(accepted.status, 200, JSON.stringify(integration));
          assert.deepEqual([integration.id, integration.calendar_id], [user.integration_id, user.own]);
          await until(() => Promise.resolve(scene.events(user.own).length === 1));
          const after = await settled(user.api);
          assert.deepEqual([after.status, after.last_error, after.progress.failed], ["active", null, 0]);
          assert.equal(await leftovers(), 1);
        }
        await clear(user.id);
        await sql`delete from calendar_sync.leftovers`;
      });
    }

    await t.step("a whole team that loses its calendar keeps nobody else waiting", async (step) => {
      const healthy = await scene.connectedUser(ADA);
      const members = [];
      for (let member = 0; member < TEAM; member++) members.push(await scene.connectedUser(ADA, "existing"));
      for (const { id, api, integration } of members) {
        await choose(api, integration.id, team);
        await insert(id, `Of ${id}`);
      }
      await until(() => Promise.resolve(scene.events(team).length === TEAM));
      for (const { api } of members) await settled(api);
      provider.user.withdrawWriting(ADA, team);
      const breakers = () =>
        sql`select from calendar_sync.providers where open_since is not null or unreachable <> '{}'`;

      await sql`update public.obligations set title = title || '!' where user_id in ${
        sql(members.map(({ id }) => id))
      }`;
      for (const { api, integration, calendar_id } of members) await choose(api, integration.id, calendar_id);
      await insert(healthy.id, "Healthy");
      // An open circuit breaker is what would keep others waiting.
      await until(async () => {
        assert.equal((await breakers()).length, 0);
        return scene.titles(healthy.calendar_id).length === 1;
      });
      for (const { id, api, calendar_id } of members) {
        await scene.untilTitles(calendar_id, [`Of ${id}!`]);
        await settled(api);
      }
      assert.equal((await breakers()).length, 0);

      await step.step("nor does any other answered refusal, of calls or of refreshes", async () => {
        const { unauthorized, rate_limit, invalid, may_not_remove } = provider.refusals;
        for (const refusal of [unauthorized, rate_limit, invalid, may_not_remove]) {
          faults.set([{ match: { path: provider.paths.events }, ...refusal, times: 3 * TEAM }]);
          const before = provider.emulator.state.requests.length;
          await sql`update public.obligations set title = title || '.'`;
          await until(() => Promise.resolve(provider.emulator.state.requests.length >= before + TEAM));
          await until(async () =>
            (await sql`select from calendar_sync.lanes where leased_by is not null`).length === 0
          );
          assert.equal((await breakers()).length, 0, JSON.stringify(refusal));
          faults.clear();
        }
        provider.expireAccessTokens();
        faults.set([{
          match: { path: provider.paths.token },
          kind: "status",
          status: 400,
          reason: "something_new",
        }]);
        await sql`update public.obligations set title = title || ','`;
        await until(async () =>
          (await sql`select from public.calendar_integrations where last_error is not null`).length >= TEAM
        );
        assert.equal((await breakers()).length, 0);
      });
      await clear(healthy.id, ...members.map(({ id }) => id));
    });
  } finally {
    await scene.close();
  }
}
