// Written by npm run generate from supabase/functions/_shared/domain/event-title.ts.

/** What a template may hold besides text: the obligation's title, its type, and what {@link STATUS_WORDS} calls its status. */
export const TITLE_PLACEHOLDERS = ["{title}", "{type}", "{status}"] as const;
/** Of a whole template. */
export const TITLE_TEMPLATE_CHARACTERS_MAX = 100;
/** Titles are those of the obligations. */
export const TITLE_ALONE = "{title}";

/** What `{status}` shows. A cancelled obligation has no event. */
export const STATUS_WORDS = { open: "Open", completed: "Completed", cancelled: "Cancelled" } as const;

const PLACEHOLDER = /\{(title|type|status)\}/g;

/** Why a text is no template. `braces`: there are others than those of placeholders. */
export type TitleTemplateProblem = "too_long" | "lacks_title" | "braces";

/** What is wrong with a template; null: nothing. */
export function titleTemplateProblem(template: string): TitleTemplateProblem | null {
  if ([...template].length > TITLE_TEMPLATE_CHARACTERS_MAX) return "too_long";
  if (!template.includes(TITLE_ALONE)) return "lacks_title";
  return /[{}]/.test(template.replace(PLACEHOLDER, "")) ? "braces" : null;
}

/**
 * The title of an event. What a title or type holds in braces is text.
 *
 * @param template one without a {@link titleTemplateProblem}
 */
export function eventTitle(
  template: string,
  { title, obligation_type, status }: {
    readonly title: string;
    readonly obligation_type: string | null;
    readonly status: keyof typeof STATUS_WORDS;
  },
): string {
  const type = obligation_type?.trim() ?? "";
  const values: Readonly<Record<string, string>> = { title, type, status: STATUS_WORDS[status] };
  return (type === "" ? withoutType(template) : template)
    .replace(PLACEHOLDER, (_, name: string) => values[name] ?? "");
}

/** A template for an obligation without a type: empty brackets go too, and separators that separate nothing. */
function withoutType(template: string): string {
  if (!template.includes("{type}")) return template;
  return template.replaceAll("{type}", "").replace(/\(\s*\)|\[\s*\]/g, "").replace(/\s+/g, " ")
    .replace(/^[\s:;,.·|/–—-]+|[\s:;,·|/–—-]+$/g, "");
}
