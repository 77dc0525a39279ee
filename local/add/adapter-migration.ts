import { acceptProposal } from "./accept-proposal.ts";
import type { AdapterOptions } from "./options.ts";
import { literal, nameOf, quote, quoteTable } from "./sql-names.ts";

/**
 * The migration of a host that describes its table: the adapter, and the calls that have its changes noticed.
 *
 * @param project.earlier what the adapter of this table was before; null: there was none
 * @param project.others the adapters of other tables
 * @param project.has_default_table whether the project has the default table
 * @returns SQL; the host may change it
 */
export function adapterMigration(options: AdapterOptions, project: {
  readonly earlier: AdapterOptions | null;
  readonly others: readonly AdapterOptions[];
  readonly has_default_table: boolean;
}): string {
  const { earlier, others, has_default_table } = project;
  const { id, members } = options;
  const table = quoteTable(options.table);
  const watches = [`select calendar_sync.watch(${literal(table)}, ${literal(nameOf(id))});`];
  if (earlier?.members && earlier.members.table !== members?.table) {
    watches.push(`select calendar_sync.unwatch(${literal(quoteTable(earlier.members.table))});`);
  }
  if (members !== null) {
    const names = [quoteTable(members.table), nameOf(members.obligation), nameOf(members.user)].map(literal);
    watches.push(`select calendar_sync.watch_recipients(${names.join(", ")});`);
  }
  const select = [
    column(id),
    recipientOf(options),
    `coalesce(${column(options.title)}::text, '')`,
    textOf(options.description),
    textOf(options.type),
    statusOf(options),
    dateOf(options),
    options.at === null ? "null::timestamptz" : column(options.at),
    textOf(options.time_zone),
    textOf(options.url),
  ];
  return `-- Written by "npm run add" of EcoComply calendar, and yours from now on: a later run leaves it as it is.

-- What each column means, and what an adapter has to keep to: docs/embed/adapt.md of EcoComply calendar.
${indexesOf(options).join("\n")}
create or replace function calendar_sync.deadline_of(obligation ${table})
returns setof calendar_sync.deadline
language sql stable security invoker rows 1
as $$
  select
    ${select.join(",\n    ")}
  ${fromOf(options)}
$$;

comment on function calendar_sync.deadline_of(${table}) is 'The adapter of ${table.replaceAll("'", "''")}.';
revoke execute on function calendar_sync.deadline_of(${table}) from public;

${watches.join("\n")}

${acceptProposal([options, ...others], has_default_table)}`;
}

/** The name of a migration for a table, without its date. */
export function adapterMigrationName(table: string): string {
  return `calendar_watch_${
    table.replace(/^public\./, "").toLowerCase().replaceAll(/[^a-z0-9]+/g, "_").replaceAll(/^_+|_+$/g, "")
  }`;
}

/** By these each look at a calendar finds its obligations; the host may have them already. */
function indexesOf({ table, id, user, members }: AdapterOptions): readonly string[] {
  const indexes = [
    ...(user === null ? [] : [`-- create index on ${quoteTable(table)} (${quote(user)}, ${quote(id)});`]),
    ...(members === null ? [] : [
      `-- create index on ${quoteTable(members.table)} (${quote(members.user)}, ${
        quote(members.obligation)
      });`,
      `-- create index on ${quoteTable(members.table)} (${quote(members.obligation)});`,
    ]),
  ];
  const both =
    "-- With --user and --members, each scan of a calendar reads the whole table. With the owner among the members, and --members " +
    "alone,\n-- it reads the obligations of one user.";
  return [
    "-- These indexes are needed, if you do not have them:",
    ...indexes,
    ...(user === null || members === null ? [] : [both]),
  ];
}

function recipientOf({ user, members }: AdapterOptions): string {
  if (members === null) return column(user ?? "");
  return user === null ? `member.${quote(members.user)}` : "recipient.id";
}

/** Nobody is a recipient twice, and a null is none. */
function fromOf({ id, user, members }: AdapterOptions): string {
  if (members === null) return `where ${column(user ?? "")} is not null`;
  const of_members = `${quoteTable(members.table)} as member`;
  const of_this = `member.${quote(members.obligation)} = ${column(id)}`;
  if (user === null) {
    return `from ${of_members}\n  where ${of_this} and member.${quote(members.user)} is not null`;
  }
  return `from (
    select ${column(user)} union select member.${quote(members.user)} from ${of_members} where ${of_this}
  ) as recipient (id)
  where recipient.id is not null`;
}

function statusOf({ status }: AdapterOptions): string {
  if (status === null) return "'open'";
  const cases = [["completed", status.completed], ["cancelled", status.cancelled]] as const;
  const branches = cases.filter(([, values]) => values.length > 0).map(([name, values]) =>
    `when ${column(status.column)}::text in (${values.map(literal).join(", ")}) then '${name}'`
  );
  return `case ${branches.join(" ")} else 'open' end`;
}

/** A deadline has a date or an instant, never both. */
function dateOf({ date, at }: AdapterOptions): string {
  if (date === null) return "null::date";
  return at === null ? column(date) : `case when ${column(at)} is null then ${column(date)} end`;
}

function textOf(name: string | null): string {
  return name === null ? "null::text" : `${column(name)}::text`;
}

function column(name: string): string {
  return `obligation.${quote(name)}`;
}
