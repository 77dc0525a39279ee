import { formatted } from "./format.ts";
import { ROOT } from "./paths.ts";

/** The page for administrators, with generated tables of what the schema calendar_admin has for them. */
export const ADMIN_PAGE_PATH = `${ROOT}/docs/operate/admin.md`;

const SCHEMAS = `${ROOT}/supabase/schemas`;
const END = "<!-- The end of what is generated. -->";
/** What administrators call; the other functions of the schema serve these and the views. */
const FUNCTIONS: readonly string[] = [
  "retry",
  "resync",
  "pause",
  "resume",
  "allow_deletions",
  "disconnect_user",
  "erase_user",
  "revoke_keys",
  "drain",
  "set_worker",
  "add_webhook",
  "enable_webhook",
  "rotate_webhook",
  "remove_webhook",
  "make_copy_harmless",
  "setup_check",
];

/**
 * docs/operate/admin.md with its tables as the comments in the database have them.
 *
 * @throws Error where the page lacks the comments around a table, or the schema a function
 */
export async function renderAdminPage(): Promise<string> {
  const sql = await readSchemas();
  const page = await Deno.readTextFile(ADMIN_PAGE_PATH);
  const with_views = withTable(page, "views", viewTable(sql));
  return await formatted(withTable(with_views, "functions", functionTable(sql)), "md");
}

async function readSchemas(): Promise<string> {
  const names = [...Deno.readDirSync(SCHEMAS)].map(({ name }) => name).filter((name) =>
    name.endsWith(".sql")
  );
  return (await Promise.all(names.sort().map((name) => Deno.readTextFile(`${SCHEMAS}/${name}`)))).join("\n");
}

function withTable(page: string, what: string, table: string): string {
  const begin = `<!-- Written by npm run generate from the comments on ${what}. -->`;
  const [before, rest] = page.split(begin);
  const [, ...after] = (rest ?? "").split(END);
  if (before === undefined || after.length === 0) {
    throw new Error(`${ADMIN_PAGE_PATH} lacks the comments around its ${what}.`);
  }
  return `${before}${begin}\n\n${table}\n\n${END}${after.join(END)}`;
}

function viewTable(sql: string): string {
  const rows = [...sql.matchAll(/^comment on view calendar_admin\.(\w+) is\s+'((?:[^']|'')*)';/gm)]
    .map(([, name = "", comment = ""]) => row(name, comment)).sort();
  return ["| view | what it shows |", "| - | - |", ...rows].join("\n");
}

function functionTable(sql: string): string {
  const rows = FUNCTIONS.map((name) => {
    const [, columns] = new RegExp(`^create function calendar_admin\\.${name}\\(([^)]*)\\)`, "m").exec(sql) ??
      [];
    const [, comment] =
      new RegExp(`^comment on function calendar_admin\\.${name}\\([^)]*\\) is\\s+'((?:[^']|'')*)';`, "m")
        .exec(sql) ?? [];
    if (columns === undefined || comment === undefined) {
      throw new Error(`The schema lacks calendar_admin.${name} or its comment.`);
    }
    const names = columns.split(",").map((column) => column.trim().split(" ")[0] ?? "");
    return row(`${name}(${names.join(", ")})`, comment);
  });
  return ["| function | what it does |", "| - | - |", ...rows].join("\n");
}

function row(name: string, comment: string): string {
  return `| \`${name}\` | ${comment.replaceAll("''", "'").replaceAll("|", "\\|")} |`;
}
