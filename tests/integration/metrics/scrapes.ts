import assert from "node:assert/strict";
import type { PersonEdit } from "../../../local/providers/person-edit.ts";
import { PATIENCE_MS, until } from "../../support/calendar-api.ts";
import { alertRules, dashboardQueries, metricNames } from "../../support/dashboard.ts";
import { editAsPerson } from "../../support/person.ts";
import { counters, readOpenMetrics, type Scrape, total } from "../../support/openmetrics.ts";
import type { Scene } from "../../support/scene.ts";
import { ADA } from "../../support/subjects/subject.ts";

const DAY = "2027-03-15";

/**
 * What is counted is what happened, and nobody reads it without the secret.
 *
 * @param scene in which nobody is connected
 * @param secret of its `calendar-metrics`
 */
export async function testScrapes(t: Deno.TestContext, scene: Scene, secret: string): Promise<void> {
  const { sql, provider, stack } = scene;
  const { faults } = provider.emulator;
  const url = `${stack.apiUrl}/functions/v1/calendar-metrics`;
  const ask = (authorization: string | null, method = "GET", path = "") =>
    fetch(`${url}${path}`, { method, headers: authorization === null ? {} : { authorization } });
  const scrape = async (): Promise<Scrape> => {
    const response = await ask(`Bearer ${secret}`);
    assert.equal(response.status, 200);
    return readOpenMetrics(await response.text());
  };
  /** Waits until a series has grown so far. */
  const untilTotal = (wanted: number, name: string, labels: Readonly<Record<string, string>> = {}) =>
    until(
      async () => {
        const seen = await scrape();
        return total(seen, name, labels) >= wanted && seen;
      },
      PATIENCE_MS,
      async () => (await scrape()).text,
    );
  const insert = (user_id: string, type: string | null, ...titles: string[]) =>
    sql`insert into public.obligations (user_id, title, deadline_date, obligation_type)
      select ${user_id}, title, ${DAY}, ${type} from unnest(${titles}::text[]) as title`;
  await t.step("nobody reads them without the secret", async () => {
    for (
      const header of [
        null,
        "",
        "Bearer",
        "Bearer ",
        `Bearer ${secret.slice(0, -1)}`,
        `Bearer ${secret}x`,
        `Bearer ${stack.secretKey}`,
        `Basic ${secret}`,
        secret,
      ]
    ) {
      const response = await ask(header);
      const body = await response.text();
      assert.deepEqual(
        [response.status, response.headers.get("www-authenticate")],
        [401, "Bearer"],
        String(header),
      );
      assert.ok(!body.includes("calendar_") && !body.includes(secret), body);
    }
  });

  await t.step("they are OpenMetrics, to be read and not kept", async () => {
    const response = await ask(`bearer ${secret}`);
    assert.equal(
      response.headers.get("content-type"),
      "application/openmetrics-text; version=1.0.0; charset=utf-8",
    );
    assert.equal(response.headers.get("cache-control"), "no-store");
    readOpenMetrics(await response.text());
    const head = await ask(`Bearer ${secret}`, "HEAD");
    assert.deepEqual([head.status, await head.text()], [200, ""]);
    const posted = await ask(`Bearer ${secret}`, "POST");
    assert.deepEqual([posted.status, posted.headers.get("allow")], [405, "GET, HEAD"]);
    assert.equal((await ask(`Bearer ${secret}`, "GET", "/other")).status, 404);
    assert.equal((await ask(null, "DELETE", "/healthz")).status, 405);
  });

  const ada = await scene.connectedUser(ADA);

  await t.step("what is synced is counted, by type and by what came of it", async () => {
    await insert(ada.id, "tax", "Tax 1", "Tax 2");
    await insert(ada.id, null, "Untyped");
    await insert(ada.id, 'a "permit"\\', "Permit");
    await scene.untilTitles(ada.calendar_id, ["Tax 1", "Tax 2", "Untyped", "Permit"]);
    const seen = await untilTotal(4, "calendar_jobs_total", { provider: "google", outcome: "done" });
    assert.equal(total(seen, "calendar_jobs_total", { outcome: "done" }), 4);
    assert.equal(total(seen, "calendar_jobs_total", { provider: "outlook" }), 0);
    assert.deepEqual(
      [...seen.samples].filter(([key]) => key.startsWith("calendar_obligation_syncs_total")),
      [
        [String.raw`calendar_obligation_syncs_total{obligation_type="a \"permit\"\\"}`, 1],
        ['calendar_obligation_syncs_total{obligation_type="none"}', 1],
        ['calendar_obligation_syncs_total{obligation_type="tax"}', 2],
      ],
    );
    assert.equal(total(seen, "calendar_job_failures_total"), 0);
    assert.equal(total(seen, "calendar_provider_errors_total"), 0);
    assert.equal(total(seen, "calendar_syncs_total", { result: "failed" }), 0);
    const batches = total(seen, "calendar_syncs_total", { result: "succeeded" });
    assert.ok(batches >= 1 && batches <= 4);
    assert.equal(total(seen, "calendar_lane_run_seconds_count", { kind: "event" }), batches);
    assert.ok(total(seen, "calendar_lane_run_seconds_sum", { kind: "event" }) > 0);
    assert.equal(total(seen, "calendar_integrations", { provider: "google", status: "active" }), 1);
    assert.equal(total(seen, "calendar_user_changes_last_day", { quantile: "0.5" }), 4);
  });

  await t.step("connecting is counted by the function that does it, soon after its answer", async () => {
    const calls = "calendar_provider_response_seconds_count";
    const seen = await untilTotal(1, calls, { operation: "calendar" });
    assert.equal(total(seen, calls, { operation: "token", outcome: "ok" }), 1);
    assert.equal(total(seen, calls, { operation: "token" }), 1);
    assert.equal(total(seen, "calendar_token_refreshes_total"), 0);
  });

  await t.step("every request to the provider is timed, once", async () => {
    const seen = await scrape();
    const requests = provider.emulator.state.requests.filter(({ path }) =>
      path.includes("/calendars") || path.startsWith("/batch")
    );
    const timed = total(seen, "calendar_provider_response_seconds_count") -
      total(seen, "calendar_provider_response_seconds_count", { operation: "token" });
    // Parts of a batch are requests to the emulator too.
    const whole = requests.filter(({ in_batch }) => !in_batch);
    assert.equal(timed, whole.length);
  });

  await t.step(
    "a limit, a lost answer and a refused token are told apart, each with its reason",
    async () => {
      const before = await scrape();
      const failures = (seen: Scrape, labels: Readonly<Record<string, string>>) =>
        total(seen, "calendar_provider_errors_total", labels) -
        total(before, "calendar_provider_errors_total", labels);
      faults.set([{ match: { path: provider.paths.events }, ...provider.refusals.rate_limit, times: 1 }]);
      await insert(ada.id, "tax", "Limited");
      await until(() => Promise.resolve(scene.titles(ada.calendar_id).includes("Limited")));
      const limited = await untilTotal(5, "calendar_jobs_total", { outcome: "done" });
      assert.deepEqual(
        ["rate_limit", "network", "auth", "provider"].map((name) => failures(limited, { class: name })),
        [1, 0, 0, 0],
      );
      assert.equal(total(limited, "calendar_jobs_total", { outcome: "pause" }), 1);
      assert.equal(total(limited, "calendar_job_failures_total"), 1);

      faults.set([{ match: { path: provider.paths.events }, kind: "drop_before", times: 2 }]);
      await insert(ada.id, "tax", "Dropped");
      await until(() => Promise.resolve(scene.titles(ada.calendar_id).includes("Dropped")));
      const dropped = await untilTotal(6, "calendar_jobs_total", { outcome: "done" });
      const lost = failures(dropped, { class: "network" });
      assert.ok(lost >= 1 && lost <= 2, String(lost));
      assert.equal(
        total(dropped, "calendar_provider_response_seconds_count", { outcome: "unknown" }),
        lost,
      );
      assert.equal(total(dropped, "calendar_job_failures_total", { reason: "network" }), lost);

      faults.clear();
      provider.expireAccessTokens();
      await insert(ada.id, "tax", "Refreshed");
      await until(() => Promise.resolve(scene.titles(ada.calendar_id).includes("Refreshed")));
      const refreshed = await untilTotal(7, "calendar_jobs_total", { outcome: "done" });
      assert.equal(failures(refreshed, { class: "auth" }), 1);
      assert.equal(
        total(refreshed, "calendar_token_refreshes_total", { provider: "google", result: "refreshed" }),
        1,
      );
      assert.equal(provider.refreshes(ADA), 1);
      // A repeated call is no failed job.
      assert.equal(total(refreshed, "calendar_jobs_total", { outcome: "token_rejected" }), 0);
    },
  );

  await t.step("no counter shrinks when the worker dies, nor when the tick adds up", async () => {
    const before = counters(await scrape());
    stack.function("calendar-sync").kill("SIGKILL");
    await insert(ada.id, "tax", "After the restart");
    await until(() => Promise.resolve(scene.titles(ada.calendar_id).includes("After the restart")));
    const after = counters(await untilTotal(8, "calendar_jobs_total", { outcome: "done" }));
    for (const [series, value] of before) assert.ok((after.get(series) ?? -1) >= value, series);

    await until(
      async () =>
        (await sql`select from calendar_sync.lanes where ready_at is not null or leased_by is not null`)
          .length === 0,
    );
    const unsummed = counters(await scrape());
    await sql`update calendar_sync.count_flushes set at = at - interval '2 minutes'`;
    await sql`select calendar_sync.roll_up_counts()`;
    assert.equal((await sql`select from calendar_sync.count_flushes`).length, 0);
    const summed = await scrape();
    for (const [series, value] of unsummed) {
      if (!series.startsWith("calendar_worker_runs")) {
        assert.equal(counters(summed).get(series), value, series);
      }
    }
  });

  await t.step("what users do to events is counted, with what comes of it", async () => {
    const google = { provider: "google" };
    const eventOf = (title: string) =>
      scene.events(ada.calendar_id).find((event) => event.title === title)?.id ?? "";
    const edit = (title: string, edit: PersonEdit) =>
      editAsPerson(provider.emulator, {
        account: ADA,
        calendar_id: ada.calendar_id,
        event_id: eventOf(title),
        edit,
      });
    const sync = () => ada.api.request("POST", "/sync", {});
    const before = await scrape();
    assert.equal(
      total(before, "calendar_edits_total"),
      total(before, "calendar_edits_total", { kind: "noise" }),
    );
    await edit("Tax 1", { kind: "move", day: "2027-03-17", time: null });
    await edit("Tax 2", { kind: "delete" });
    await sync();
    const restored = await untilTotal(1, "calendar_restores_total", { ...google, edit: "deleted" });
    assert.equal(total(restored, "calendar_restores_total", { edit: "moved", result: "restored" }), 1);
    assert.equal(total(restored, "calendar_restores_total", { result: "left" }), 0);
    assert.equal(total(restored, "calendar_edits_total", { ...google, kind: "moved" }), 1);
    assert.equal(total(restored, "calendar_edits_total", { ...google, kind: "deleted" }), 1);
    assert.equal(total(restored, "calendar_proposals_total", { ...google, state: "open" }), 1);
    assert.equal(total(restored, "calendar_proposals_open"), 1);
    assert.equal(total(restored, "calendar_notices_open", { kind: "deadline_restored" }), 1);
    await untilTotal(1, "calendar_pulls_total", { ...google, result: "read" });
    await until(() => Promise.resolve(scene.titles(ada.calendar_id).includes("Tax 2")));

    await edit("Tax 2", { kind: "delete" });
    await sync();
    const left = await untilTotal(1, "calendar_restores_total", { edit: "deleted", result: "left" });
    assert.equal(total(left, "calendar_notices_open", { kind: "deadline_hidden" }), 1);

    const [proposal] = await sql<
      { id: string }[]
    >`select id from public.calendar_proposals where state = 'open'`;
    assert.equal((await ada.api.request("POST", `/proposals/${proposal?.id}/dismiss`)).status, 200);
    const dismissed = await untilTotal(1, "calendar_proposals_total", { ...google, state: "dismissed" });
    assert.equal(total(dismissed, "calendar_proposals_open"), 0);
    assert.equal(total(dismissed, "calendar_mass_edits_total"), 0);
  });

  await t.step("a grant that is lost shows as a refused refresh and a disconnected account", async () => {
    provider.revokeEverything();
    await insert(ada.id, "tax", "Too late");
    await ada.api.untilStatus(({ status }) => status === "disconnected");
    const seen = await untilTotal(1, "calendar_token_refreshes_total", { result: "invalid_grant" });
    assert.equal(
      total(seen, "calendar_integration_errors", { provider: "google", code: "invalid_grant" }),
      1,
    );
    assert.equal(total(seen, "calendar_integrations", { status: "disconnected" }), 1);
    assert.equal(total(seen, "calendar_integrations", { status: "active" }), 0);
    await untilTotal(1, "calendar_syncs_total", { result: "without_token" });
  });

  await t.step("dashboard and alerts ask for what is there, and the dashboard for all of it", async () => {
    const seen = await scrape();
    const there = new Set([...seen.samples.keys()].map((key) => key.replace(/\{.*/, "")));
    const shown = metricNames(
      (await dashboardQueries({ job: "calendar", provider: ".*", range: "5m" })).join("\n"),
    );
    const asked = [...shown, ...metricNames(await alertRules())];
    assert.ok(asked.length > 30);
    assert.deepEqual(asked.filter((name) => !there.has(name)), []);
    const families = new Set(shown.map((name) => name.replace(/_(?:total|bucket|count|sum)$/, "")));
    assert.deepEqual([...seen.families.keys()].filter((name) => !families.has(name)), []);
  });

  await t.step("nothing in it is about a person", async () => {
    const { text } = await scrape();
    assert.doesNotMatch(text, /[0-9a-f]{8}-[0-9a-f]{4}-|@/);
    for (
      const told of [
        ada.id,
        ada.integration.id,
        ada.calendar_id,
        ADA,
        "Tax 1",
        "Permit",
        "After the restart",
      ]
    ) {
      assert.ok(!text.includes(told), told);
    }
  });
}
