import assert from "node:assert/strict";
import Papa from "papaparse";
import { z } from "zod";
import { type CalendarApi, PATIENCE_MS, until } from "../../support/calendar-api.ts";
import { openScene } from "../../support/scene.ts";
import { ADA, GRACE } from "../../support/subjects/subject.ts";

/** What a spreadsheet, a parser or a page could stumble over. */
const HOSTILE = '=cmd|"/C calc"!A1,\r\n\t"quoted", ÄÖ 🗓️\n+1';

interface Line {
  readonly account_email: string | null;
  readonly calendar_name: string | null;
  readonly in_calendar: boolean;
  readonly title: string | null;
  readonly due: string | null;
  readonly from_at: Date;
  readonly until_at: Date | null;
  readonly reason: string | null;
  readonly began_with: string;
  readonly began_by: string | null;
  readonly ended_with: string | null;
  readonly ended_by: string | null;
}

Deno.test({
  name: "from when to when a deadline was in whose calendar can be shown, whatever became of it",
  sanitizeOps: false,
  sanitizeResources: false,
}, async (t) => {
  const scene = await openScene();
  const { sql, provider } = scene;
  try {
    const ada = await scene.connectedUser(ADA);
    const grace = await scene.connectedUser(GRACE);
    const [row] = await sql<{ id: string }[]>`
      insert into public.obligations (user_id, title, deadline_date) values (${ada.id}, 'Audit', '2027-01-31') returning id`;
    assert.ok(row);
    const obligation_id = row.id;
    const evidence = () => sql<Line[]>`select * from calendar_sync.evidence(${obligation_id})`;
    const words = (line: Line) =>
      [
        line.account_email,
        line.in_calendar ? `${line.title} on ${line.due}` : "not there",
        `${line.began_with} -> ${line.ended_with ?? "still"}`,
        ...(line.reason === null ? [] : [`(${line.reason})`]),
      ].join(", ");
    /** All there is to tell so far; each line replaces what was still going on in the same calendar. */
    const story: string[] = [];
    const untilTold = (...lines: readonly string[]) => {
      const [first = ""] = lines;
      const account = first.split(",")[0] ?? "";
      const open = story.findLastIndex((told) => told.startsWith(account) && told.includes("-> still"));
      if (open >= 0) {
        const ending = /, (\S+(?:: \S+)?) ->/.exec(first)?.[1] ?? "";
        story[open] = (story[open] ?? "").replace("-> still", `-> ${ending}`);
      }
      story.push(...lines);
      return untilStory();
    };
    const untilStory = () =>
      until(
        async () => JSON.stringify((await evidence()).map(words)) === JSON.stringify(story),
        PATIENCE_MS,
        async () => ({ told: (await evidence()).map(words), story }),
      );
    /** What was still going on has ended. */
    const ends = (ending: string) => {
      const open = story.findLastIndex((told) => told.includes("-> still"));
      story[open] = (story[open] ?? "").replace("-> still", `-> ${ending}`);
    };

    await t.step("every change of the event is a line, with the deadline as it then was shown", async () => {
      await untilTold(`${ADA}, Audit on 2027-01-31, created -> still`);
      await sql`update public.obligations set deadline_date = '2027-02-28'`;
      await untilTold(`${ADA}, Audit on 2027-02-28, updated -> still`);
      await sql`update public.obligations set title = 'Big audit'`;
      await untilTold(`${ADA}, Big audit on 2027-02-28, updated -> still`);
      await sql`update public.obligations set status = 'completed'`;
      await untilTold(`${ADA}, Big audit on 2027-02-28, updated -> still`);
    });

    await t.step(
      "while changes do not reach the calendar, it says why, and what is shown there",
      async () => {
        const { id: integration_id } = ada.integration;
        await change(ada.api, { integration_id, sync_enabled: false });
        await untilTold(`${ADA}, Big audit on 2027-02-28, switched_off -> still, (switched_off)`);
        await sql`update public.obligations set deadline_date = '2027-03-31'`;
        await change(ada.api, { integration_id, sync_enabled: true });
        await untilTold(
          `${ADA}, Big audit on 2027-02-28, switched_on -> updated`,
          `${ADA}, Big audit on 2027-03-31, updated -> still`,
        );
        await sql`
        update public.calendar_integrations set status = 'paused', last_error = '{"code": "blocked_by_policy", "message": "No."}'
        where id = ${integration_id}`;
        await untilTold(
          `${ADA}, Big audit on 2027-03-31, paused: blocked_by_policy -> still, (paused: blocked_by_policy)`,
        );
        await (await ada.api.request("POST", "/sync", { integration_id })).body?.cancel();
        await untilTold(`${ADA}, Big audit on 2027-03-31, resumed: blocked_by_policy -> still`);
      },
    );

    await t.step("a grant that is lost, and the same account again", async () => {
      provider.revokeEverything();
      await sql`update public.obligations set title = 'Grand audit'`;
      await untilTold(
        `${ADA}, Big audit on 2027-03-31, grant_lost: invalid_grant -> still, (grant_lost: invalid_grant)`,
      );
      await scene.connect(ada.api, ADA);
      await untilTold(
        `${ADA}, Big audit on 2027-03-31, reconnected -> updated`,
        `${ADA}, Grand audit on 2027-03-31, updated -> still`,
      );
      await scene.connect(grace.api, GRACE);
    });

    await t.step("what is somebody else's now ends in one calendar and begins in another", async () => {
      await sql`update public.obligations set user_id = ${grace.id}, status = 'pending'`;
      ends("removed");
      await untilTold(`${GRACE}, Grand audit on 2027-03-31, created -> still`);
    });

    await t.step(
      "what is kept when leaving is taken over when coming back, and shown as it was",
      async () => {
        const [left] = await grace.api.status();
        await leave(grace.api, left?.id ?? "", "keep", 204);
        ends("disconnected");
        await untilStory();
        const again = await scene.connect(grace.api, GRACE);
        await untilTold(`${GRACE}, Grand audit on 2027-03-31, adopted -> still`);
        await leave(grace.api, again.id, "remove", 202);
        await untilTold(
          `${GRACE}, Grand audit on 2027-03-31, disconnecting -> removed, (disconnecting)`,
        );
        await until(async () => (await grace.api.status()).length === 0);
      },
    );

    await t.step("who did it is told of each, and that there was no gap between them", async () => {
      const lines = await evidence();
      const causes = lines.flatMap(({ began_with, began_by, ended_with, ended_by }) => [
        `${began_with} by ${began_by}`,
        ...(ended_with === "disconnected" ? [`disconnected by ${ended_by}`] : []),
      ]).filter((cause) => /^(switched|paused|resumed|grant|reconn|disconn)/.test(cause));
      assert.deepEqual(causes, [
        `switched_off by user:${ada.id}`,
        `switched_on by user:${ada.id}`,
        "paused: blocked_by_policy by database:supabase_admin",
        `resumed: blocked_by_policy by user:${ada.id}`,
        "grant_lost: invalid_grant by worker",
        `reconnected by user:${ada.id}`,
        `disconnected by user:${grace.id}`,
        `disconnecting by user:${grace.id}`,
      ]);
      const of = (account: string) => lines.filter(({ account_email }) => account_email === account);
      for (const [index, line] of of(ADA).entries()) {
        const next = of(ADA)[index + 1];
        if (next !== undefined) assert.equal(line.until_at?.getTime(), next.from_at.getTime());
      }
      assert.ok(lines.every(({ calendar_name }) => calendar_name === "Compliance deadlines"));
    });

    await t.step(
      "nothing of it is lost with the obligation and its users, until they are forgotten",
      async () => {
        const before = await evidence();
        await sql`delete from public.obligations`;
        await sql`delete from auth.users where id in (${ada.id}, ${grace.id})`;
        assert.deepEqual(await evidence(), before);
        // The worker removes the events of a deleted user, and then the connection.
        const left = () =>
          sql<{ action: string; reason: string | null; events: string | null }[]>`
            select action, reason, details ->> 'events' as events from calendar_sync.activity
            where user_id = ${ada.id} and action in ('disconnecting', 'disconnected') order by at`;
        await until(async () => (await left()).length === 2, PATIENCE_MS, left);
        assert.deepEqual((await left()).map(({ action, reason, events }) => [action, reason, events]), [
          ["disconnecting", "user_deleted", null],
          ["disconnected", null, "removed"],
        ]);
        for (const { id } of [ada, grace]) await sql`select calendar_sync.forget_activity(${id})`;
        const after = await evidence();
        assert.deepEqual(
          after.map(({ title, account_email, calendar_name }) => [title, account_email, calendar_name]),
          before.map(() => [null, null, null]),
        );
        // Dates and deadlines stay.
        assert.deepEqual(
          after.filter(({ due }) => due !== null).map((
            { due, from_at, until_at },
          ) => [due, from_at, until_at]),
          before.filter(({ due }) => due !== null).map((
            { due, from_at, until_at },
          ) => [due, from_at, until_at]),
        );
      },
    );

    await t.step("a user reads the own calendars' evidence, as JSON or as a file", async () => {
      const [user, other] = [await scene.connectedUser(ADA), await scene.connectedUser(GRACE)];
      const [made] = await sql<{ id: string }[]>`
        insert into public.obligations (user_id, title, deadline_at) values (${user.id}, ${HOSTILE}, '2027-01-31 10:00+01')
        returning id`;
      assert.ok(made);
      const path = `/evidence?obligation_id=${made.id}`;
      const period = await until(async () => {
        const { periods } = Answer.parse(await (await user.api.request("GET", path)).json());
        return periods.find(({ event_id }) => event_id !== null);
      });
      assert.deepEqual([period["title"], period["due"], period["in_calendar"], period["until_at"]], [
        HOSTILE,
        "2027-01-31T09:00:00Z",
        true,
        null,
      ]);
      await change(user.api, { integration_id: user.integration.id, sync_enabled: false });
      await sql`
        update public.calendar_integrations set settings = settings || '{"completed_events": "remove"}' where user_id = ${user.id}`;

      const file = await user.api.request("GET", `${path}&format=csv`);
      assert.equal(file.status, 200);
      assert.match(file.headers.get("content-type") ?? "", /^text\/csv; charset=utf-8/);
      assert.equal(
        file.headers.get("content-disposition"),
        `attachment; filename="evidence-${made.id}.csv"`,
      );
      const bytes = new Uint8Array(await file.arrayBuffer());
      assert.deepEqual([...bytes.slice(0, 3)], [0xef, 0xbb, 0xbf]);
      const text = new TextDecoder().decode(bytes);
      const parsed = Papa.parse<Record<string, string>>(text, { header: true, skipEmptyLines: true });
      assert.deepEqual(parsed.errors, []);
      assert.equal(parsed.meta.linebreak, "\r\n");
      const { periods } = Answer.parse(await (await user.api.request("GET", path)).json());
      assert.deepEqual(
        parsed.data,
        periods.map((period) =>
          Object.fromEntries(
            (parsed.meta.fields ?? []).map((field) => [
              field,
              field === "obligation_id" ? made.id : guarded(String({ ...period }[field] ?? "")),
            ]),
          )
        ),
      );
      assert.deepEqual(periods.map(({ began_with, began_by }) => [began_with, began_by]).slice(1), [
        ["switched_off", "you"],
      ]);
      assert.ok(text.includes(`"'=cmd|""/C calc""!A1,`), text);
      const accepting = await fetch(
        `${scene.stack.apiUrl}/functions/v1/calendar${path}`,
        { headers: { ...user.api.headers(), accept: "text/csv" } },
      );
      assert.equal(await accepting.text(), text);

      const refused = async (api: CalendarApi, id: string) => {
        const answer = await api.request("GET", `/evidence?obligation_id=${id}`);
        return [answer.status, await answer.json()];
      };
      const unknown = await refused(other.api, crypto.randomUUID());
      assert.equal(unknown[0], 404);
      assert.deepEqual(await refused(other.api, made.id), unknown);
      assert.deepEqual(await refused(other.api, obligation_id), unknown);
    });
  } finally {
    await scene.close();
  }
});

const Answer = z.object({
  obligation_id: z.string(),
  periods: z.array(z.record(z.string(), z.union([z.string(), z.boolean(), z.null()]))),
});

function guarded(cell: string): string {
  return /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
}

async function change(api: CalendarApi, body: Record<string, unknown>): Promise<void> {
  const response = await api.request("PATCH", "/status", body);
  assert.equal(response.status, 200, await response.text());
}

async function leave(
  api: CalendarApi,
  integration_id: string,
  events: "keep" | "remove",
  status: number,
): Promise<void> {
  const response = await api.request("DELETE", `/?integration_id=${integration_id}&events=${events}`);
  assert.equal(response.status, status, await response.text());
}
