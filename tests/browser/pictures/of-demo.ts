import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import type { Scene } from "../../support/scene.ts";
import { ADA } from "../../support/subjects/subject.ts";
import { answerConsent } from "../support/consent.ts";
import { beginFilm } from "./film.ts";
import { clipAround, type Gallery, MOVING_MAX_BYTES, STILL_MAX_BYTES } from "./gallery.ts";

const CALENDAR = "iframe[title='Google Calendar, emulated']";
/** Three columns: the settings are the last one. */
const WINDOW = { width: 1440, height: 800 };
/** The film is seen at its own size, the whole page is made smaller. */
const FILM_SCALE = 2;
const WHOLE_SCALE = 1.25;
const ADDED = "Water sampling";

/** The demo: a deadline is added, lands in the calendar beside it, and is moved. */
export async function takeDemo(scene: Scene, gallery: Gallery): Promise<void> {
  const { stack: { demoUrl, users: [user] }, sql } = scene;
  assert.ok(user);
  const first = await firstOfNextMonth(scene);
  // All of them in one month, whatever day it is today.
  await sql`
    insert into public.obligations (user_id, title, obligation_type, deadline_date, deadline_at, time_zone)
    select ${user.id}, title, type, ${first}::date + day, (${first}::date + at_day + time '14:30') at time zone 'Europe/London',
      case when at_day is not null then 'Europe/London' end
    from (values
      ('Waste register update', 'register', 3, null), ('Air emissions report', 'report', 14, null),
      ('Noise measurement', 'measurement', null, 16), ('Hazardous substances inventory', 'report', 21, null),
      ('Renew discharge permit', 'permit', 23, null)
    ) as sample (title, type, day, at_day)`;
  const open = async (page: Page) => {
    await page.goto(demoUrl);
    await page.getByRole("button", { name: `Sign in as ${user.email}` }).click();
    await connected(page);
    const agenda = page.frameLocator(CALENDAR).locator("#agenda button");
    await agenda.filter({ hasText: "Renew discharge permit" }).waitFor();
    await agenda.filter({ hasText: ADDED }).waitFor({ state: "detached" });
    await page.getByRole("article", { name: ADA }).getByText("Connected", { exact: true }).waitFor();
  };
  await gallery.take("demo-whole", { ...WINDOW, scale: WHOLE_SCALE }, async ({ page, still }) => {
    await open(page);
    await still("demo-whole", { x: 0, y: 0, ...WINDOW });
  });
  await gallery.take("demo", { ...WINDOW, scale: FILM_SCALE }, async ({ page, encoder, keep }) => {
    await sql`delete from public.obligations where user_id = ${user.id} and title = ${ADDED}`;
    await open(page);
    const columns = await clipAround(page, "#obligations, #calendars", 16);
    const clip = { x: 0, y: 0, width: Math.round(columns.x + columns.width), height: WINDOW.height };
    const film = await beginFilm(page, clip, encoder);
    const said = (words: string) => page.getByRole("status").getByText(words).isVisible();
    const isSeen = async (done: string) => await said(done) && await said("Seen in the calendar");
    const form = page.getByRole("form", { name: "New obligation" });
    await film.rest(900);
    await film.click(form.getByLabel("Title"));
    await film.type(ADDED);
    await film.click(form.getByLabel("Deadline"));
    await form.getByLabel("Deadline").fill(dayAfter(first, 7));
    await film.rest(500);
    await film.click(form.getByRole("button", { name: "Add", exact: true }));
    await film.watch(() => isSeen(`${ADDED} is added.`));
    await film.rest(2200);
    await film.click(page.getByRole("button", { name: `A week later: ${ADDED}` }));
    await film.watch(() => isSeen(`${ADDED} is a week later.`));
    await film.rest(2800);
    const file = film.file();
    assert.ok(file.length <= MOVING_MAX_BYTES, `the moving picture has ${file.length} bytes`);
    await keep("demo-moving", file);
    // For whoever wants less motion: how it ends.
    await keep("demo", await encoder.still(await page.screenshot({ clip }), STILL_MAX_BYTES));
  });
}

/** Connects Google as a person does, unless that was done for the picture before. */
async function connected(page: Page): Promise<void> {
  const connect = page.getByRole("button", { name: "Connect Google Calendar", exact: true });
  const live = page.getByText("Live: it changes by itself.");
  await connect.or(live).first().waitFor();
  if (await live.isVisible()) return;
  await connect.click();
  await answerConsent(page, { account: ADA });
  await live.waitFor();
}

async function firstOfNextMonth({ sql }: Scene): Promise<string> {
  const [row] = await sql<{ first: string }[]>`
    select (date_trunc('month', current_date) + interval '1 month')::date::text as first`;
  assert.ok(row);
  return row.first;
}

function dayAfter(day: string, days: number): string {
  return new Date(Date.parse(day) + days * 86_400_000).toISOString().slice(0, 10);
}
