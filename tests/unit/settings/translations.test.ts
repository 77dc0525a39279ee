import assert from "node:assert/strict";
import { loadTranslation } from "../../../settings/src/translation.ts";
import { plural as inGerman } from "../../../settings/src/strings/de/first.ts";
import { plural as inFrench } from "../../../settings/src/strings/fr/first.ts";
import { call, NOTICE, SAME, type Text, textsOf } from "../../support/translations.ts";

const LANGUAGES = ["de", "fr"] as const;

/** Sections of the late strings that have a file of their own. */
const FILES: Readonly<Record<string, string>> = {
  content: "content.ts",
  errors: "errors.ts",
  general: "general.ts",
  keys: "keys.ts",
  moves: "moves.ts",
  notifications: "notifications.ts",
  problems: "panels.ts",
  stopped: "stopped.ts",
  test_event: "test-event.ts",
  webhooks: "webhooks.ts",
  why_not: "panels.ts",
};

/** Numbers that no text has by itself, and that need each form of a word that a language has. */
const NUMBERS = [0, 1, 2, 11, 365, 1_000_000, 2_000_000];
const ARGUMENTS = [4711, 4733, 4751];

for (const language of LANGUAGES) {
  Deno.test(`everything is said in ${language}, and nothing else`, async () => {
    const english = textsOf(await loadTranslation("en"));
    const other = textsOf(await loadTranslation(language));
    const where = (key: string) => `${fileOf(key, language)}: ${key}`;
    const missing = [...english.keys()].filter((key) => !other.has(key)).map(where);
    assert.deepEqual(missing, [], "these are missing");
    const unknown = [...other.keys()].filter((key) => !english.has(key)).map(where);
    assert.deepEqual(unknown, [], "English has no such texts");
  });

  Deno.test(`no text in ${language} is still English`, async () => {
    const english = textsOf(await loadTranslation("en"));
    const same = [...textsOf(await loadTranslation(language))]
      .filter(([key, text]) => !SAME.has(key) && key !== NOTICE && saidBy(text) === saidBy(english.get(key)))
      .map(([key]) => `${fileOf(key, language)}: ${key}`);
    assert.deepEqual(same, []);
  });

  Deno.test(`texts in ${language} say what English texts say of numbers, names and times`, async () => {
    const english = textsOf(await loadTranslation("en"));
    const wrong = [];
    for (const [key, text] of textsOf(await loadTranslation(language))) {
      const [expected, found] = [partsOf(english.get(key)), partsOf(text)];
      if (expected !== found) wrong.push(`${fileOf(key, language)}: ${key} has ${found}, not ${expected}`);
    }
    assert.deepEqual(wrong, []);
  });

  Deno.test(`texts in ${language} are whole where something is not known`, async () => {
    const broken = /null|undefined|: \./;
    const english = textsOf(await loadTranslation("en"));
    const checked = [];
    for (const [key, text] of textsOf(await loadTranslation(language))) {
      const original = english.get(key);
      if (key === NOTICE || typeof text !== "function" || typeof original !== "function") continue;
      for (const args of [["Name", null], ["", "Name"]]) {
        if (broken.test(call(original, args))) continue;
        assert.doesNotMatch(call(text, args), broken, `${fileOf(key, language)}: ${key}`);
        checked.push(key);
      }
    }
    for (const key of ["states.quota.words", "states.paused_by_admin.words", "late.returned.connected"]) {
      assert.ok(checked.includes(key), key);
    }
  });
}

Deno.test("each form of a word that German and French have is chosen for its numbers", () => {
  for (const n of NUMBERS) {
    const german = inGerman(n, { one: "one", other: "other" });
    assert.equal(german, new Intl.PluralRules("de").select(n), `de: ${n}`);
    const french = inFrench(n, { one: "one", many: "many", other: "other" });
    assert.equal(french, new Intl.PluralRules("fr").select(n), `fr: ${n}`);
  }
  assert.equal(inGerman(12_345, { one: "", other: "# Fristen" }), "12.345 Fristen");
});

Deno.test("French puts a space that does not break before double punctuation and inside quotes", async () => {
  for (const [key, text] of textsOf(await loadTranslation("fr"))) {
    const said = saidBy(text).replace(/https?:\/\//g, "");
    assert.doesNotMatch(
      said,
      / [:;?!»]|[^\u00a0\d][;?!»]|«[^\u00a0]|[a-zé]:(?!\d)/,
      `${fileOf(key, "fr")}: ${key}: ${said}`,
    );
  }
});

Deno.test("a notice is told in the reader's language, whatever it is about", async () => {
  const { late: { notifications: { kinds } } } = await loadTranslation("en");
  const message = "In the server's words.";
  assert.equal((await loadTranslation("en")).notices.message({ ...FACTS, message }), message);
  for (const language of LANGUAGES) {
    const { notices } = await loadTranslation(language);
    for (const kind of keysOf(kinds)) {
      for (const code of [null, "invalid_grant", "mass_edit", "accepted", "unknown"]) {
        for (const calendar of [null, "Google (ada@example.com)"]) {
          const said = notices.message({ ...FACTS, kind, code, calendar, message });
          assert.doesNotMatch(said, /server's words|null|undefined/);
          assert.match(said, /^\p{Lu}.*\.$/u, said);
          if (/^(connection|deadline|proposal)/.test(kind) && calendar !== null) {
            assert.ok(said.startsWith(calendar), said);
          }
        }
      }
    }
    const named = notices.message({ ...FACTS, kind: "key_added", name: "Reports", message });
    assert.match(named, /Reports/);
  }
});

Deno.test("a sentence about a calendar server begins with it", async () => {
  for (const language of ["en", ...LANGUAGES] as const) {
    const { providers, states, late: { problems } } = await loadTranslation(language);
    const { company } = providers.caldav;
    for (
      const said of [
        states.reconnect_needed.words(company),
        states.provider_down.words(company, null),
        states.quota.words(company, null),
        states.disconnecting.waits.provider(company, null),
        states.disconnecting.waits.quota(company, null),
        problems.reason_given_up(company, "3"),
        problems.reason_rejected(company),
      ]
    ) {
      assert.match(said.slice(0, said.indexOf(company)), /^$|\. $/, said);
    }
  }
});

Deno.test("in German a noun stays capital within a sentence", async () => {
  const { changed, modes } = (await loadTranslation("de")).late.notifications;
  assert.equal(changed("Ein Kalender", modes.daily), "Ein Kalender: einmal am Tag.");
});

const FACTS = { kind: "connection_lost", code: null, name: null, calendar: null } as const;

function keysOf<T extends object>(of: T): readonly (keyof T)[] {
  return Object.keys(of).filter((key): key is keyof T & string => key in of);
}

function fileOf(key: string, language: string): string {
  const [first, section = ""] = key.split(".");
  const file = first !== "late" ? "first.ts" : FILES[section] ?? "late.ts";
  return `settings/src/strings/${language}/${file}`;
}

/** What a text says, of made-up numbers where it says something of numbers. */
function saidBy(text: Text | undefined): string {
  return typeof text === "function" ? call(text, ARGUMENTS) : text ?? "";
}

/** The placeholders of a text, and which of its arguments it uses. */
function partsOf(text: Text | undefined): string {
  const said = saidBy(text).replace(/(?<=\d)[.\s\u00a0\u202f](?=\d{3})/g, "");
  const used = ARGUMENTS.filter((argument) => said.includes(String(argument)));
  return [...(said.match(/\{\w+\}/g) ?? []).sort(), ...used].join(" ");
}
