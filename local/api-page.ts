import { ERROR_CODES } from "../supabase/functions/_shared/platform/errors.ts";
import { anchorOf } from "../site/.vitepress/anchors.ts";
import { callsOfApi, row } from "./api-reference.ts";
import { formatted } from "./format.ts";
import { ROOT } from "./paths.ts";

/** The page about the Calendar API, with generated tables of its calls and errors. */
export const API_PAGE_PATH = `${ROOT}/docs/embed/calendar-api.md`;

const END = "<!-- The end of what is generated. -->";

/**
 * docs/embed/calendar-api.md with its tables as the document has them.
 *
 * @throws Error where the page lacks the comments around a table, or the document an error
 */
export async function renderApiPage(): Promise<string> {
  const page = await Deno.readTextFile(API_PAGE_PATH);
  return await formatted(withTable(withTable(page, "calls", callTable()), "errors", errorTable()), "md");
}

function withTable(page: string, what: string, table: string): string {
  const begin = `<!-- Written by npm run generate from the ${what} of openapi.json. -->`;
  const [before, rest] = page.split(begin);
  const [, ...after] = (rest ?? "").split(END);
  if (before === undefined || after.length === 0) {
    throw new Error(`${API_PAGE_PATH} lacks the comments around its ${what}.`);
  }
  return `${before}${begin}\n\n${table}\n\n${END}${after.join(END)}`;
}

function callTable(): string {
  const rows = callsOfApi().calls.map(({ method, path, operation, query }) => {
    const names = query.map(([name]) => name).join("&");
    return row([
      `\`${method} ${path}${names === "" ? "" : `?${names}`}\``,
      `[${operation.summary}](api-reference.md#${anchorOf(operation.summary)})`,
    ]);
  });
  return [row(["call", "what it does"]), "| - | - |", ...rows].join("\n");
}

/** Every code with its statuses, and what most calls say of it. */
function errorTable(): string {
  const said = callsOfApi().calls.flatMap(({ operation }) =>
    Object.entries(operation.responses).flatMap(([status, { description }]) =>
      codesIn(description).map(({ code, meaning }) => ({ code, status, meaning }))
    )
  );
  const rows = ERROR_CODES.map((code) => {
    const own = said.filter((one) => one.code === code);
    const statuses = [...new Set(own.map(({ status }) => status))].sort();
    const [meaning] = [...Map.groupBy(own, (one) => one.meaning)]
      .toSorted(([, one], [, other]) => other.length - one.length)[0] ?? [];
    if (meaning === undefined) throw new Error(`No answer of the document explains ${code}.`);
    return row([`\`${code}\``, statuses.join(", "), meaning]);
  });
  return [row(["code", "status", "meaning, and what to do"]), "| - | - | - |", ...rows].join("\n");
}

/** `one: what to do. two, three: what to do.`, by code. */
function codesIn(description: string): readonly { readonly code: string; readonly meaning: string }[] {
  const code = `(?:${ERROR_CODES.join("|")})`;
  const [, ...parts] = description.split(new RegExp(`(${code}(?:, ${code})*): `));
  return parts.flatMap((part, index) =>
    index % 2 === 0
      ? part.split(", ").map((one) => ({ code: one, meaning: (parts[index + 1] ?? "").trim() }))
      : []
  );
}
