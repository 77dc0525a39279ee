import assert from "node:assert/strict";
import { calendarEventOf } from "../../../../supabase/functions/_shared/domain/calendar-event.ts";
import {
  eventTitle,
  titleTemplateProblem,
} from "../../../../supabase/functions/_shared/domain/event-title.ts";
import type { Obligation } from "../../../../supabase/functions/_shared/domain/obligation.ts";
import { DEFAULT_SETTINGS } from "../../../support/default-settings.ts";

const OBLIGATION: Obligation = {
  obligation_id: "00000000-0000-4000-8000-000000000001",
  title: "Q3 return",
  description: "",
  obligation_type: "VAT",
  status: "open",
  due: { kind: "date", date: "2026-12-31" },
  url: null,
};

Deno.test("a template shows the title, the type and the status", () => {
  const title = (template: string, change: Partial<Obligation> = {}) =>
    eventTitle(template, { ...OBLIGATION, ...change });
  assert.equal(title("{title}"), "Q3 return");
  assert.equal(title("[{type}] {title} ({status})"), "[VAT] Q3 return (Open)");
  assert.equal(title("{status}: {title}", { status: "completed" }), "Completed: Q3 return");
  assert.equal(title("{title} & {title}"), "Q3 return & Q3 return");
});

Deno.test("what a title or a type holds in braces or dollars is text", () => {
  const title = "{type} $& $1 {title}";
  assert.equal(
    eventTitle("{title} ({type})", { ...OBLIGATION, title, obligation_type: "{status}" }),
    `${title} ({status})`,
  );
});

Deno.test("where an obligation has no type, its brackets and separators go too, and its title stays to the letter", () => {
  const without = (template: string, title = "Q3 return") =>
    eventTitle(template, { ...OBLIGATION, title, obligation_type: null });
  assert.equal(without("[{type}] {title}"), "Q3 return");
  assert.equal(without("{type}: {title}"), "Q3 return");
  assert.equal(without("{title} – {type}"), "Q3 return");
  assert.equal(without("Due: {title} ({type})"), "Due: Q3 return");
  assert.equal(without("{type} {title}", ": two  spaces ()"), ": two  spaces ()");
  assert.equal(without("- {title}"), "- Q3 return");
});

Deno.test("a template is refused that is too long, lacks the title or holds other braces", () => {
  for (
    const template of [
      "{title}",
      "{title}{type}{status}",
      `{title}${"é".repeat(93)}`,
      `${"😀".repeat(93)}{title}`,
    ]
  ) {
    assert.equal(titleTemplateProblem(template), null, template);
  }
  assert.equal(titleTemplateProblem(`{title}${"x".repeat(94)}`), "too_long");
  for (const template of ["", "Deadline", "{type}", "{Title}"]) {
    assert.equal(titleTemplateProblem(template), "lacks_title", template);
  }
  for (const template of ["{title} {due}", "{title} {", "}{title}", "{{title}}", "{title} {}"]) {
    assert.equal(titleTemplateProblem(template), "braces", template);
  }
});

Deno.test("a completed obligation's tick stands before the whole title, which is cut at 250 characters", () => {
  const shown = (change: Partial<Obligation>) =>
    calendarEventOf({ ...OBLIGATION, ...change }, {
      ...DEFAULT_SETTINGS,
      title_template: "[{type}] {title} – {status}",
    })?.title;
  assert.equal(shown({ status: "completed" }), "✓ [VAT] Q3 return – Completed");
  const cut = shown({ title: "x".repeat(300) });
  assert.equal(cut?.length, 250);
  assert.ok(cut?.endsWith("x…"));
  assert.equal(shown({ title: "two\nlines" }), "[VAT] two lines – Open");
});

Deno.test("an obligation of a type that was not chosen is in no calendar", () => {
  const is_shown = (obligation_type: string | null, obligation_types: readonly string[] | null) =>
    calendarEventOf({ ...OBLIGATION, obligation_type }, { ...DEFAULT_SETTINGS, obligation_types }) !== null;
  assert.ok(is_shown("VAT", ["Payroll", "VAT"]));
  assert.ok(!is_shown("VAT", ["Payroll", "vat"]));
  assert.ok(!is_shown(null, ["VAT"]));
  assert.ok(is_shown(null, null));
});
