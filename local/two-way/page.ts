import { formatted } from "../format.ts";
import { ROOT } from "../paths.ts";
import { CASES } from "./cases.ts";
import { type Case, type Cell, PROVIDERS, type TestName, WAYS } from "./cells.ts";

/** The page that shows of every case which test holds it, or which limit of a provider. */
export const TWO_WAY_PAGE_PATH = `${ROOT}/docs/understand/two-way.md`;

const NAMES = { google: "Google", outlook: "Outlook", caldav: "CalDAV" } as const;

/** The page as the cases have it. */
export async function renderTwoWayPage(): Promise<string> {
  const notes = new Notes();
  const rows = CASES.map((each) => row(each, notes));
  return await formatted(
    `<!-- Written by npm run generate from local/two-way/cases.ts. -->

# What users do in their calendars, case by case

[What happens when I move an event?](../use/moving-events.md) says what a user has to know. Here each case stands with what shows that it works,
for each provider, once where its calendars are polled and once where it calls us. \`T1\` is a test of the list below the table, \`L1\` a limit
of the provider with its source, or a remark. A channel only shortens the wait for the same pull; so where calls play no part in a case, the cell of _push_ names the
tests that a call leads to that pull. Tests of a poll ask for the pull by _Sync now_.

\`npm test\` fails on an empty cell, and on a test that is not there or does not run for the provider.

${table([header(), ...rows])}

## Tests

${notes.tests.map(({ file, title }, index) => `- T${index + 1}: [${title}](../../tests/${file})`).join("\n")}

## Limits and remarks

${notes.limits.map((limit, index) => `- L${index + 1}: ${limit}`).join("\n")}
`,
    "md",
  );
}

/** What cells point to, each once. */
class Notes {
  readonly tests: TestName[] = [];
  readonly limits: string[] = [];

  test(test: TestName): string {
    const known = this.tests.findIndex(({ file, title }) => file === test.file && title === test.title);
    const index = known === -1 ? this.tests.push(test) - 1 : known;
    return `T${index + 1}`;
  }

  limit(limit: string): string {
    const known = this.limits.indexOf(limit);
    return `L${(known === -1 ? this.limits.push(limit) - 1 : known) + 1}`;
  }
}

function header(): readonly string[] {
  return [
    "what happens",
    "what we do",
    ...PROVIDERS.flatMap((provider) => WAYS.map((way) => `${NAMES[provider]}, ${way}`)),
  ];
}

function row({ name, then, cells }: Case, notes: Notes): readonly string[] {
  return [
    name,
    then,
    ...PROVIDERS.flatMap((provider) => WAYS.map((way) => text(cells[provider][way], notes))),
  ];
}

function text(cell: Cell, notes: Notes): string {
  if (cell.kind === "limit") {
    const sources = cell.sources.map((source) =>
      `[${new URL(source).pathname.split("/").at(-1)}](${source})`
    );
    return notes.limit(`${cell.says}: ${sources.join(", ")}`);
  }
  const names = cell.tests.map((test) => notes.test(test));
  return [...names, ...cell.note === null ? [] : [notes.limit(cell.note)]].join(" ");
}

function table([head = [], ...rows]: readonly (readonly string[])[]): string {
  return [head, head.map(() => "-"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
