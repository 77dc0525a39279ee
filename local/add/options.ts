import { parseArgs } from "node:util";

/** Where a host keeps its obligations: a table, and which of its columns mean what. */
export interface AdapterOptions {
  /** `schema.table`, as SQL writes it. */
  readonly table: string;
  readonly id: string;
  /** The column with the recipient; null where a table of members names all of them. */
  readonly user: string | null;
  readonly members: MembersOptions | null;
  readonly title: string;
  readonly description: string | null;
  readonly type: string | null;
  readonly status: StatusOptions | null;
  /** An all-day deadline. */
  readonly date: string | null;
  /** A deadline at an instant. */
  readonly at: string | null;
  readonly time_zone: string | null;
  readonly url: string | null;
}

/** The host's table of members: who else is a recipient of an obligation. */
export interface MembersOptions {
  readonly table: string;
  readonly obligation: string;
  readonly user: string;
}

/** A column with a state, and which of its values end a deadline. Every other value is open. */
export interface StatusOptions {
  readonly column: string;
  readonly completed: readonly string[];
  readonly cancelled: readonly string[];
}

/** How the functions are brought: each as one file with all that it imports, or as its source. */
export type ProductForm = "bundle" | "source";

export interface AddOptions {
  readonly folder: string;
  readonly yes: boolean;
  readonly dry_run: boolean;
  /** Each function as one file, or as its source; null: as it was brought before, else as its source. */
  readonly form: ProductForm | null;
  /** Paths below the folder whose new version replaces the host's. */
  readonly take: readonly string[];
  readonly adapter: AdapterOptions | null;
}

/** What `--help` prints; `command` as it is typed before its arguments. */
export const usage = (command: string) =>
  `${command} <folder of a Supabase project> [options]

Brings the calendar into a Supabase project, or up to date there. It shows what it will change, and asks.

  --yes                    do not ask
  --dry-run                show, change nothing
  --bundled, --source      each function as one file with all its packages, or as its source (default: as before, else source)
  --take <path>            replace this file, which you changed, by its new version; may be repeated

Without these, the project gets a table public.obligations. With them, your own table is watched:
  --obligations <table>    such as app.duties
  --id <column>            its key, a uuid (default: id)
  --user <column>          whose calendar, a user's id
  --members <table>:<obligation column>:<user column>
                           a table of members, whose calendars show the obligation too
  --title <column>
  --date <column>          an all-day deadline, a date
  --at <column>            a deadline at an instant, a timestamptz
  --status <column> [--completed <value,…>] [--cancelled <value,…>]
  --description, --type, --time-zone, --url <column>`;

const NAME = String.raw`(?:[A-Za-z_][A-Za-z0-9_$]*|"[^"]+")`;
const COLUMN = new RegExp(`^${NAME}$`);
const TABLE = new RegExp(`^(?:(${NAME})\\.)?(${NAME})$`);

const COLUMN_OPTIONS = [
  ...["id", "user", "title", "description", "type", "status", "date", "at", "time-zone", "url"],
] as const;

/**
 * Reads the command line.
 *
 * @returns null: help is wanted
 * @throws Error that names the option that is wrong
 */
export function parseAddOptions(args: readonly string[]): AddOptions | null {
  const text = { type: "string" } as const;
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      help: { type: "boolean", default: false },
      yes: { type: "boolean", default: false },
      "dry-run": { type: "boolean", default: false },
      bundled: { type: "boolean", default: false },
      source: { type: "boolean", default: false },
      take: { type: "string", multiple: true, default: [] },
      obligations: text,
      members: text,
      completed: text,
      cancelled: text,
      id: text,
      user: text,
      title: text,
      description: text,
      type: text,
      status: text,
      date: text,
      at: text,
      "time-zone": text,
      url: text,
    },
  });
  if (values.help) return null;
  const [folder, ...others] = positionals;
  if (folder === undefined) {
    throw new Error("Say which folder: add <folder of a Supabase project>");
  }
  if (values.bundled && values.source) throw new Error("Either --bundled or --source.");
  if (others.length > 0) throw new Error(`One folder at a time, not also ${others.join(", ")}.`);
  return {
    folder,
    yes: values.yes,
    dry_run: values["dry-run"],
    form: values.bundled ? "bundle" : values.source ? "source" : null,
    take: values.take.map((path) => path.replace(/^\.\//, "")),
    adapter: adapterOf(values),
  };
}

type Given = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

function adapterOf(given: Given): AdapterOptions | null {
  const value = (name: string) => {
    const found = given[name];
    return typeof found === "string" ? found : null;
  };
  const obligations = value("obligations");
  if (obligations === null) {
    const alone = [...COLUMN_OPTIONS, "members", "completed", "cancelled"].find((name) =>
      value(name) !== null
    );
    if (alone !== undefined) {
      throw new Error(`--${alone} describes a table of yours: name it with --obligations.`);
    }
    return null;
  }
  const column = (name: string) => {
    const found = value(name);
    return found === null ? null : columnOf(`--${name}`, found);
  };
  const required = (name: string, why: string) => {
    const found = column(name);
    if (found === null) throw new Error(`--obligations needs --${name} <column>: ${why}.`);
    return found;
  };
  const members = membersOf(value("members"));
  const [user, date, at] = [column("user"), column("date"), column("at")];
  if (user === null && members === null) {
    throw new Error(
      "--obligations needs --user <column> or --members <table>:<obligation column>:<user column>: whose calendar.",
    );
  }
  if (date === null && at === null) {
    throw new Error(
      "--obligations needs --date <column> or --at <column>: the deadline, a date or a timestamptz.",
    );
  }
  if (column("time-zone") !== null && at === null) {
    throw new Error("--time-zone is for --at: a date has no zone.");
  }
  return {
    table: tableOf("--obligations", obligations),
    id: column("id") ?? "id",
    user,
    members,
    title: required("title", "what the event is called"),
    description: column("description"),
    type: column("type"),
    status: statusOf(column("status"), value("completed"), value("cancelled")),
    date,
    at,
    time_zone: column("time-zone"),
    url: column("url"),
  };
}

function membersOf(text: string | null): MembersOptions | null {
  if (text === null) return null;
  const [table, obligation, user, ...more] = text.split(":");
  if (table === undefined || obligation === undefined || user === undefined || more.length > 0) {
    throw new Error(`--members must be <table>:<obligation column>:<user column>, not ${text}.`);
  }
  return {
    table: tableOf("--members", table),
    obligation: columnOf("--members", obligation),
    user: columnOf("--members", user),
  };
}

function statusOf(
  column: string | null,
  completed: string | null,
  cancelled: string | null,
): StatusOptions | null {
  if (column === null) {
    if (completed !== null || cancelled !== null) {
      throw new Error("--completed and --cancelled name values of a column: add --status <column>.");
    }
    return null;
  }
  const values = (list: string | null) =>
    (list ?? "").split(",").map((one) => one.trim()).filter((one) => one !== "");
  const status = { column, completed: values(completed), cancelled: values(cancelled) };
  if (status.completed.length + status.cancelled.length === 0) {
    throw new Error(
      "--status needs --completed <value,…> or --cancelled <value,…>: which values end a deadline.",
    );
  }
  return status;
}

function columnOf(option: string, text: string): string {
  if (!COLUMN.test(text)) throw new Error(`${option} must be the name of a column, not ${text}.`);
  return text;
}

function tableOf(option: string, text: string): string {
  const match = TABLE.exec(text);
  if (match === null) throw new Error(`${option} must be a table, such as app.duties, not ${text}.`);
  return match[1] === undefined ? `public.${text}` : text;
}
