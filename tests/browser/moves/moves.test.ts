import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import type { PersonEdit } from "../../../local/providers/person-edit.ts";
import { until } from "../../support/calendar-api.ts";
import { move, type When } from "../../integration/proposals/support.ts";
import { cardOf, isFocused, openLivingScene, type Resident, toastOf } from "../living/living-scene.ts";
import { GRACE } from "../../support/subjects/subject.ts";
import { assertFits, failCalls, LOOKS, tabTo } from "../tabs/tab-scene.ts";

const SEEN: When = { deadline_date: "2027-03-05" };

Deno.test({
  name: "a user decides on the page of deadlines that were moved in a calendar",
  // The stack's servers and the browser outlive a step, and end with the scene.
  sanitizeOps: false,
  sanitizeResources: false,
}, async (t) => {
  const scene = await openLivingScene("google");
  const { sql } = scene;
  const step = (name: string, run: () => Promise<void>) => t.step(name, run);
  const obligationOf = async ({ id }: Resident, title: string) => {
    const [row] = await sql<{ id: string; due: string }[]>`
      select id, deadline_date::text as due from public.obligations where user_id = ${id} and title = ${title}`;
    assert.ok(row);
    return row;
  };
  const moveOf = async (resident: Resident, title: string, seen: When = SEEN) => {
    const { id, due } = await obligationOf(resident, title);
    return await move(scene, resident.integration_id, id, seen, { deadline_date: due });
  };
  const mover = async (...titles: string[]) => {
    const resident = await scene.resident(titles);
    for (const title of titles) await moveOf(resident, title);
    return resident;
  };
  const panel = (page: Page) => page.getByRole("region", { name: "Deadlines that you moved" });
  const openRow = (page: Page, title: string) =>
    panel(page).getByRole("list", { name: "To decide" }).getByRole("listitem").filter({ hasText: title });
  const decidedRow = (page: Page, title: string) =>
    panel(page).getByRole("list", { name: "Decided in the last 30 days" }).getByRole("listitem").filter({
      hasText: title,
    });
  const noticeOf = (page: Page) =>
    page.getByRole("region", { name: "Notices" }).getByRole("listitem").filter({ hasText: "was moved in" });
  const due = async (resident: Resident, title: string) => (await obligationOf(resident, title)).due;
  const eventOf = ({ calendar_id }: Resident, title: string) =>
    scene.events(calendar_id).find((event) => event.title === title);
  /** On which day the event stands. */
  const dayOf = (resident: Resident, title: string) => {
    const time = eventOf(resident, title)?.time;
    return time?.kind === "all_day" ? time.start_date : undefined;
  };
  /** What the resident does in the provider's own application. */
  const edit = async (resident: Resident, title: string, change: PersonEdit) => {
    const { account, calendar_id } = resident;
    const event_id = eventOf(resident, title)?.id ?? assert.fail(`there is no ${title}`);
    const response = await fetch(`${scene.provider.emulator.url}/emulator/edit`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ account, calendar_id, event_id, edit: change }),
    });
    assert.equal(response.status, 204, await response.text());
  };
  const TO_SEEN: PersonEdit = { kind: "move", day: "2027-03-05", time: null };

  try {
    await step("where nothing was moved nothing asks, and there is no list", async () => {
      await scene.look("moves-none", await scene.resident(["Audit"]), async ({ page, card }) => {
        await page.getByRole("region", { name: "Recent activity" }).waitFor();
        assert.equal(await card.getByText(/You moved/).count(), 0);
        assert.equal(await panel(page).count(), 0);
      });
    });

    await step("a move shows both dates, and says so on its calendar and in a notice", async () => {
      const resident = await mover("Air report", "Noise report");
      await scene.look("moves-open", resident, async ({ page, card }) => {
        await noticeOf(page).first().waitFor();
        await card.getByText("You moved 2 deadlines.").waitFor();
        const row = openRow(page, "Air report");
        await row.getByText("5 Mar 2027").waitFor();
        const [year, month, day] = (await due(resident, "Air report")).split("-").map(Number);
        const legal = new Date(Date.UTC(year ?? 0, (month ?? 0) - 1, day)).toLocaleDateString("en-GB", {
          dateStyle: "medium",
          timeZone: "UTC",
        });
        await row.getByText(legal).waitFor();
        await row.getByText("Its event is back on the legal date.").waitFor();
        await card.getByRole("button", { name: "Decide" }).click();
        await until(() => isFocused(panel(page)));
      });
    });

    await step("Propose new date moves the deadline, and Undo in the message takes it back", async () => {
      const resident = await mover("Air report");
      const legal = await due(resident, "Air report");
      await scene.look("moves-accept", resident, async ({ page, card }) => {
        await openRow(page, "Air report").getByRole("button", { name: /^Propose new date/ }).click();
        const told = toastOf(page, "Air report is now due on 5 Mar 2027.");
        await told.waitFor();
        assert.equal(await due(resident, "Air report"), "2027-03-05");
        await decidedRow(page, "Air report").getByText(/Its date was changed from .* to 5 Mar 2027/)
          .waitFor();
        await card.getByText("You moved one deadline.").waitFor({ state: "detached" });
        await noticeOf(page).waitFor({ state: "detached" });
        await told.getByRole("button", { name: "Undo" }).click();
        await openRow(page, "Air report").waitFor();
        await toastOf(page, /Air report is due on .* again/).waitFor();
        assert.equal(await due(resident, "Air report"), legal);
      });
    });

    await step(
      "a move in the calendar is on the page after Sync now, and the event follows the decision",
      async () => {
        const resident = await scene.resident(["Air report"]);
        const day = () => dayOf(resident, "Air report");
        await scene.look("moves-emulator", resident, async ({ page, card }) => {
          await edit(resident, "Air report", TO_SEEN);
          await card.getByRole("button", { name: "Sync now" }).click();
          await openRow(page, "Air report").getByText("5 Mar 2027").waitFor();
          await until(async () => day() === await due(resident, "Air report"));
          await openRow(page, "Air report").getByText("Its event is back on the legal date.").waitFor();
          await openRow(page, "Air report").getByRole("button", { name: /^Propose new date/ }).click();
          await toastOf(page, "Air report is now due on 5 Mar 2027.").waitFor();
          await until(() => Promise.resolve(day() === "2027-03-05"));
        });
      },
    );

    await step("the page says where the event is, and not what was chosen meanwhile", async () => {
      const resident = await scene.resident(["Air report", "Noise report"]);
      const choose = async (calendar_edits: string) => {
        const { integration_id } = resident;
        const body = { integration_id, settings: { calendar_edits } };
        assert.equal((await resident.api.request("PATCH", "/status", body)).status, 200);
      };
      const moveNow = async (title: string) => {
        await edit(resident, title, TO_SEEN);
        assert.equal((await resident.api.request("POST", "/sync", {})).status, 202);
        await scene.untilIdle();
      };
      await choose("keep");
      await moveNow("Air report");
      await choose("restore");
      // It is put back three times, and not a fourth.
      for (let times = 0; times < 4; times++) await moveNow("Noise report");
      assert.equal(dayOf(resident, "Noise report"), "2027-03-05");
      await scene.look("moves-where", resident, async ({ page }) => {
        await openRow(page, "Air report").getByText("Its event stays where you moved it, with the legal date")
          .waitFor();
        await openRow(page, "Noise report").getByText("For now, its event stays where you moved it.")
          .waitFor();
      });
    });

    await step("a deleted event is put back once, and then stays away, and the page says why", async () => {
      const resident = await scene.resident(["Water report"]);
      await scene.look("moves-deleted", resident, async ({ page, card, newTab }) => {
        const calendar = await newTab();
        await calendar.goto(
          `${scene.provider.emulator.url}/?account=${encodeURIComponent(resident.account)}`,
        );
        const deleteIt = async () => {
          await calendar.bringToFront();
          await calendar.locator("#agenda").getByRole("button", { name: "Water report" }).click();
          await calendar.getByRole("button", { name: "Delete" }).click();
          await calendar.getByRole("status").filter({ hasText: "Water report is deleted." }).waitFor();
          assert.equal(eventOf(resident, "Water report"), undefined);
          await page.bringToFront();
          await card.getByRole("button", { name: "Sync now" }).click();
        };
        const notices = page.getByRole("region", { name: "Notices" }).getByRole("listitem");
        await deleteIt();
        await notices.filter({ hasText: "was put back" }).waitFor();
        await until(async () => dayOf(resident, "Water report") === await due(resident, "Water report"));
        await deleteIt();
        await notices.filter({ hasText: "was deleted again" }).waitFor();
        await notices.filter({ hasText: "was put back" }).waitFor({ state: "detached" });
        assert.equal(eventOf(resident, "Water report"), undefined);
        const why = page.getByRole("region", { name: "Why is this not in my calendar?" });
        await why.getByRole("heading").click();
        await why.getByRole("button", { name: "Water report" }).click();
        await why.getByText("You deleted its event twice").waitFor();
      });
    });

    await step("an acceptance is taken back from the list, too", async () => {
      const resident = await mover("Air report");
      const legal = await due(resident, "Air report");
      await scene.look("moves-undo", resident, async ({ page }) => {
        await openRow(page, "Air report").getByRole("button", { name: /^Propose new date/ }).click();
        await decidedRow(page, "Air report").getByRole("button", { name: "Undo the new date of Air report" })
          .click();
        await openRow(page, "Air report").waitFor();
        assert.equal(await due(resident, "Air report"), legal);
      });
    });

    await step("Keep the date leaves the deadline where it is", async () => {
      const resident = await mover("Air report");
      const legal = await due(resident, "Air report");
      await scene.look("moves-dismiss", resident, async ({ page, card }) => {
        await openRow(page, "Air report").getByRole("button", { name: /^Keep the date/ }).click();
        await toastOf(page, /Air report stays due on/).waitFor();
        await decidedRow(page, "Air report").getByText(/It stayed on .*; you had moved it to 5 Mar 2027/)
          .waitFor();
        await panel(page).getByText("There is nothing to decide.").waitFor();
        await card.getByText("You moved one deadline.").waitFor({ state: "detached" });
        assert.equal(await due(resident, "Air report"), legal);
      });
    });

    await step("a move that was accepted in advance is taken back from its notice", async () => {
      const resident = await scene.resident(["Air report"]);
      const legal = await due(resident, "Air report");
      await sql`
        update public.calendar_integrations set settings = settings || '{"calendar_edits": "accept"}'
        where id = ${resident.integration_id}`;
      const id = await moveOf(resident, "Air report");
      await sql`select public.calendar_accept_edit(${id})`;
      assert.equal(await due(resident, "Air report"), "2027-03-05");
      await scene.look("moves-in-advance", resident, async ({ page }) => {
        const notice = noticeOf(page).filter({ hasText: "and its deadline moved with it" });
        await notice.getByRole("button", { name: "Undo the new date of Air report" }).click();
        await toastOf(page, /Air report is due on .* again/).waitFor();
        await notice.waitFor({ state: "detached" });
        assert.equal(await due(resident, "Air report"), legal);
      });
    });

    await step("who may not change the deadline is told whom to ask", async () => {
      const resident = await mover("Air report");
      await sql`create policy "read only" on public.obligations as restrictive for update to authenticated using (false)`;
      try {
        await scene.look("moves-forbidden", resident, async ({ page, allow }) => {
          allow(/status of 403/);
          await openRow(page, "Air report").getByRole("button", { name: /^Propose new date/ }).click();
          await toastOf(page, "You may not change this deadline.").waitFor();
          await openRow(page, "Air report").waitFor();
        });
      } finally {
        await sql`drop policy "read only" on public.obligations`;
      }
    });

    await step(
      "a deadline that changed in the meantime is not overwritten, and the list says so",
      async () => {
        const resident = await mover("Air report");
        await scene.look("moves-changed", resident, async ({ page, allow }) => {
          allow(/status of 409/);
          await openRow(page, "Air report").waitFor();
          // No worker may take the proposal away before the click.
          await sql`update public.calendar_integrations set sync_enabled = false where id = ${resident.integration_id}`;
          await sql`update public.obligations set deadline_date = '2027-02-02' where user_id = ${resident.id}`;
          await openRow(page, "Air report").getByRole("button", { name: /^Propose new date/ }).click();
          await toastOf(page, "The deadline has changed since.").waitFor();
          await decidedRow(page, "Air report").getByText("A newer change replaced it.").waitFor();
          assert.equal(await due(resident, "Air report"), "2027-02-02");
        });
      },
    );

    await step("many are all counted, in each calendar, and shown bit by bit", async () => {
      const resident = await scene.resident([]);
      const other = await scene.connect(resident.api, GRACE);
      // Nothing of them is written: what is looked at is the list.
      await sql`update public.calendar_integrations set sync_enabled = false where user_id = ${resident.id}`;
      await scene.addDeadlines(resident, Array.from({ length: 213 }, (_, n) => `Report ${n}`));
      await sql`
        insert into public.calendar_proposals (user_id, integration_id, provider, obligation_id, kind, seen, legal)
        select user_id, ${resident.integration_id}, 'google', id, 'move', ${sql.json({ ...SEEN })},
          jsonb_build_object('deadline_date', deadline_date)
        from public.obligations where user_id = ${resident.id}`;
      // Of very many moves only the newest have a notice in the list, and they may all be of one calendar.
      await moveOf({ ...resident, integration_id: other.id }, "Report 7");
      await scene.look("moves-many", resident, async ({ page, card }) => {
        await card.getByText("You moved 213 deadlines.").waitFor();
        await cardOf(page, GRACE).getByText("You moved one deadline.").waitFor();
        const rows = panel(page).getByRole("list", { name: "To decide" }).getByRole("listitem");
        await until(async () => await rows.count() === 10);
        for (const shown of [60, 110, 160, 210]) {
          await panel(page).getByRole("button", { name: "Show 50 more" }).click();
          await until(async () => await rows.count() === shown);
        }
        await panel(page).getByRole("button", { name: "Show 4 more" }).click();
        await until(async () => await rows.count() === 214);
      });
    });

    await step("by keyboard alone, which goes on in the list", async () => {
      const resident = await mover("Air report", "Noise report");
      await scene.look("moves-keyboard", resident, async ({ page, card }) => {
        await openRow(page, "Noise report").waitFor();
        await card.getByRole("button", { name: "Decide" }).focus();
        await page.keyboard.press("Enter");
        await until(() => isFocused(panel(page)));
        await tabTo(page, "button", /^Keep the date of Noise report/);
        await page.keyboard.press("Enter");
        await decidedRow(page, "Noise report").waitFor();
        await until(() => isFocused(panel(page).getByRole("list", { name: "To decide" })));
        await tabTo(page, "button", /^Propose new date for Air report/);
        await page.keyboard.press("Enter");
        await decidedRow(page, "Air report").waitFor();
        assert.equal(await due(resident, "Air report"), "2027-03-05");
        await until(async () => !await page.evaluate("document.activeElement === document.body"));
      });
    });

    await step("a list that cannot be loaded says so, and is asked for again", async () => {
      await scene.look("moves-error", await mover("Air report"), async ({ page, allow }) => {
        allow(/status of 500/);
        const mend = await failCalls(page, "/proposals");
        await page.reload();
        await panel(page).getByText("The deadlines that you moved could not be loaded.").waitFor();
        await assertFits(page, "moves-error");
        await mend();
        await panel(page).getByRole("button", { name: "Try again" }).click();
        await openRow(page, "Air report").waitFor();
      });
    });

    await step("a decision that fails leaves the move to be decided", async () => {
      const resident = await mover("Air report");
      await scene.look("moves-failed", resident, async ({ page, allow }) => {
        allow(/status of 500/);
        await failCalls(page, "/proposals/*/dismiss");
        await openRow(page, "Air report").getByRole("button", { name: /^Keep the date/ }).click();
        await toastOf(page, "That did not work.").waitFor();
        await openRow(page, "Air report").waitFor();
      });
    });

    await step("the activity tells of it in words", async () => {
      const resident = await mover("Air report");
      await scene.look("moves-activity", resident, async ({ page }) => {
        await openRow(page, "Air report").getByRole("button", { name: /^Keep the date/ }).click();
        await decidedRow(page, "Air report").waitFor();
        await page.getByText("Recent activity").click();
        const activity = page.getByRole("region", { name: "Recent activity" });
        await activity.getByText("A new date was proposed for Air report: 5 Mar 2027").waitFor();
        await activity.getByText("Air report kept its date").waitFor();
      });
    });

    for (const look of LOOKS) {
      await step(`${look.width} pixels wide, ${look.color_scheme}`, async () => {
        const resident = await mover(
          "Air report",
          "A rather long title of an obligation that has to wrap somewhere",
        );
        await moveOf(resident, "Air report", {
          deadline_at: "2027-03-05T09:00:00Z",
          time_zone: "Europe/Berlin",
        });
        await scene.look(`moves-${look.width}`, resident, async ({ page }) => {
          await openRow(page, "Air report").waitFor();
          await decidedRow(page, "Air report").waitFor();
          await assertFits(page, `moves-${look.width}-${look.color_scheme}`);
        }, look);
      });
    }
  } finally {
    await scene.close();
  }
});
