import assert from "node:assert/strict";
import { TITLE_MAX_CHARACTERS } from "../../../../supabase/functions/_shared/domain/calendar-event.ts";
import type { Behaviour } from "../behaviour.ts";
import { eventOf, type Given, writtenId } from "../event.ts";
import type { Scene } from "../scene.ts";

const URL_WITH_EVERYTHING = "https://example.com/o/1?a=1&b=%22x%22&c='y'#<z>";
/** What people store, and what a browser makes of it. */
const ODD_LINKS: Readonly<Record<string, string>> = {
  " https://a.example/ok": "https://a.example/ok",
  "HTTPS://a.example/ok": "https://a.example/ok",
  "https:/a.example/ok": "https://a.example/ok",
  "https://a.example/two words\n": "https://a.example/two%20words",
  "https://a.example/\u2028x": "https://a.example/%E2%80%A8x",
  "http:\\\\a.example\\ok": "http://a.example/ok",
  "https://bücher.example/ä": "https://xn--bcher-kva.example/%C3%A4",
};
const TEXTS: Readonly<Record<string, string>> = {
  HTML: '<b>bold</b> <script>alert("1")</script> <a href="https://example.com">link</a>',
  entities: "&lt; &amp; &#39; &nbsp; AT&T",
  quotes: `"double" 'single' \`back\` „low“ ‹angle›`,
  newlines: "first\nsecond\n\n\nfifth",
  emoji: "🏭 👩🏽‍🔬 🇪🇸 e\u0301 Ω",
  Markdown: "# heading\n* **item** [x](https://example.com)",
  "several scripts": "Приложение — نموذج — 附件 — Ärger",
  spaces: "two  spaces and\ttab",
};

/** Creates an event and shows it as its user sees it, with its id. */
async function created(scene: Scene, given: Given) {
  const calendar = await scene.newCalendar();
  const event = eventOf(given);
  const event_id = writtenId(await calendar.client.createEvent(calendar.id, event));
  return { ...calendar, event, event_id, seen: calendar.only() };
}

/** What an event says to its user. */
export const EVENT_CONTENT: readonly Behaviour[] = [
  {
    name: "an event has title, text, obligation and nobody invited, and leaves its user free",
    async run(scene) {
      const { event, seen, event_id } = await created(scene, { reminders_minutes: [] });
      assert.deepEqual(seen, {
        id: event_id,
        title: "Energy report",
        text: "For the agency",
        time: { kind: "all_day", start_date: "2027-03-15", end_date: "2027-03-16" },
        leaves_free: true,
        reminders_minutes: [],
        obligation_id: event.obligation_id,
        invites_nobody: true,
      });
    },
  },
  {
    name: "an event links to its obligation, and says the address",
    async run(scene) {
      const { id, event_id, seen } = await created(scene, { url: URL_WITH_EVERYTHING });
      assert.equal(scene.subject.linkOf(id, event_id), URL_WITH_EVERYTHING);
      assert.equal(seen.text, `For the agency\n\n${URL_WITH_EVERYTHING}`);
    },
  },
  {
    name: "a link comes, changes and goes by update",
    async run(scene) {
      const { client, id, event_id, event } = await created(scene, {});
      const { obligation_id } = event;
      for (const url of ["https://example.com/1", "https://example.com/2", null, "https://example.com/3"]) {
        writtenId(await client.updateEvent(id, event_id, eventOf({ obligation_id, url })));
        assert.equal(scene.subject.linkOf(id, event_id), url);
      }
    },
  },
  {
    name: "an odd link is written as browsers read it",
    async run(scene) {
      for (const [url, shown] of Object.entries(ODD_LINKS)) {
        const { client, id, event_id, event, seen } = await created(scene, { url });
        assert.equal(scene.subject.linkOf(id, event_id), shown, url);
        assert.equal(seen.text, `For the agency\n\n${shown}`);
        writtenId(await client.updateEvent(id, event_id, eventOf({ obligation_id: event.obligation_id })));
        assert.equal(scene.subject.linkOf(id, event_id), null);
        writtenId(await client.updateEvent(id, event_id, event));
        assert.equal(scene.subject.linkOf(id, event_id), shown, url);
      }
    },
  },
  {
    name: "a link that the provider refuses does not keep the deadline away; its text stays",
    async run(scene) {
      for (
        const url of ["https://example.com/?" + "q".repeat(2_500), "https://name" + ":word@example.com/"]
      ) {
        const { client, id, event_id, event, only, seen } = await created(scene, { url });
        assert.equal(seen.text, `For the agency\n\n${url}`);
        writtenId(await client.updateEvent(id, event_id, { ...event, title: "Renamed" }));
        assert.deepEqual([only().title, only().text], ["Renamed", seen.text]);
        const timed = eventOf({
          obligation_id: event.obligation_id,
          url,
          due: { kind: "instant", at: "2027-07-01T15:00:00Z", time_zone: "America/Coyhaique" },
        });
        writtenId(await client.updateEvent(id, event_id, timed));
        assert.equal(only().text, seen.text);
      }
    },
  },
  ...Object.entries(TEXTS).map(([name, text]): Behaviour => ({
    name: `a text with ${name} stays the text that it is`,
    async run(scene) {
      const { client, id, event_id, event, seen, only } = await created(scene, { description: text });
      assert.equal(seen.text, text);
      const title = text.replaceAll(/\s+/g, " ");
      writtenId(await client.updateEvent(id, event_id, { ...event, title }));
      assert.deepEqual([only().title, only().text], [title, text]);
    },
  })),
  {
    name:
      "every line and paragraph separator is a line break in a text and a space in a title; control characters go",
    async run(scene) {
      for (const separator of ["\u2028", "\u2029", "\u0085", "\v", "\f", "\r", "\r\n", "\n"]) {
        const given = { title: `First${separator}last`, description: `One${separator}two\u0007\u009b\u007f` };
        const { client, id, event_id, seen, event, only } = await created(scene, given);
        assert.deepEqual([seen.title, seen.text], ["First last", "One\ntwo"], JSON.stringify(separator));
        const changed = eventOf({
          ...given,
          obligation_id: event.obligation_id,
          title: `A${separator}\u0000b`,
        });
        writtenId(await client.updateEvent(id, event_id, changed));
        assert.deepEqual([only().title, only().text], ["A b", "One\ntwo"], JSON.stringify(separator));
      }
    },
  },
  {
    name: "an event without a description has no text, and one that loses it loses it",
    async run(scene) {
      const { client, id, event_id, event, seen, only } = await created(scene, { description: "" });
      assert.equal(seen.text, "");
      writtenId(await client.updateEvent(id, event_id, { ...event, description: "Something" }));
      assert.equal(only().text, "Something");
      writtenId(await client.updateEvent(id, event_id, event));
      assert.equal(only().text, "");
    },
  },
  {
    name: "a title of 250 characters is kept whole",
    async run(scene) {
      for (const letter of ["x", "é", "<", "&", "🏭"]) {
        const title = letter.repeat(TITLE_MAX_CHARACTERS / letter.length);
        assert.equal((await created(scene, { title })).seen.title, title);
      }
    },
  },
  {
    name: "a description that is too long is cut, and the link stays",
    async run(scene) {
      for (const filling of ["x", "<&>", "line\n", "🏭", `"quoted" `]) {
        const description = filling.repeat(60_000 / filling.length);
        const { id, event_id, seen } = await created(scene, { description, url: URL_WITH_EVERYTHING });
        const [text = "", ...rest] = seen.text.split("…");
        assert.ok(text.length > 1_000, "hardly anything is left");
        assert.ok(description.startsWith(text), "what is left is not what was there");
        assert.equal(rest.join("…").trim(), URL_WITH_EVERYTHING);
        assert.equal(scene.subject.linkOf(id, event_id), URL_WITH_EVERYTHING);
      }
    },
  },
];
