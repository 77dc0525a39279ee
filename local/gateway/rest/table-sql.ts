import type { ColumnCondition, Comparison, Condition, IsValue } from "./conditions.ts";
import type { MediaType } from "./preferences.ts";
import { literal, type Parameters, quoted } from "./sql-text.ts";
import type { Column, Table } from "./table.ts";
import type { Order, Selected, TableRequest } from "./table-request.ts";

const OPERATORS: Readonly<Record<Comparison, string>> = {
  eq: "=",
  neq: "<>",
  gt: ">",
  gte: ">=",
  lt: "<",
  lte: "<=",
  like: "like",
  ilike: "ilike",
  cs: "@>",
};
const IS: Readonly<Record<IsValue, string>> = {
  null: "null",
  not_null: "not null",
  true: "true",
  false: "false",
  unknown: "unknown",
};

/** Rows that a table holds. */
export function selectSql(table: Table, request: TableRequest, limit: number, values: Parameters): string {
  return `select ${selectList(table, request.select)} from ${source(table)}${where(table, request, values)}${
    orderBy(table, request.order)
  } limit ${limit} offset ${request.offset}`;
}

/** How many rows there are, whatever part of them is asked for. */
export function countSql(table: Table, request: TableRequest, values: Parameters): string {
  return `select count(*) from ${source(table)}${where(table, request, values)}`;
}

/**
 * New rows out of a JSON array.
 *
 * @param write.columns of the rows; none: one row of defaults
 * @param write.conflict what becomes of a row whose key is there already; null: it is an error
 * @param write.counter a setting that counts rows up, and down again where one was merged
 */
export function insertSql(
  table: Table,
  write: {
    readonly rows: string;
    readonly columns: readonly Column[];
    readonly missing: "default" | "null";
    readonly conflict: { readonly target: readonly string[]; readonly merge: boolean } | null;
    readonly counter: string;
  },
  values: Parameters,
): string {
  const { columns, conflict } = write;
  const into = `insert into ${source(table)}`;
  const list = columns.map(({ name }) => quoted(name)).join(", ");
  const step = (by: string) =>
    `set_config(${literal(write.counter)}, (coalesce(nullif(current_setting(${
      literal(write.counter)
    }, true), ''), '0')::int ${by})::text, true) is not null`;
  const rows = columns.length === 0
    ? " default values"
    : ` (${list}) select ${columns.map(({ name }) => `pgrst_body.${quoted(name)}`).join(", ")} from ${
      bodyRows(write.rows, columns, write.missing, values)
    } where ${step("+ 1")}`;
  if (conflict === null || conflict.target.length === 0) return into + rows;
  const target = ` on conflict (${conflict.target.map(quoted).join(", ")}) do `;
  if (!conflict.merge || columns.length === 0) return `${into}${rows}${target}nothing`;
  const changes = columns.map(({ name }) => `${quoted(name)} = excluded.${quoted(name)}`).join(", ");
  return `${into}${rows}${target}update set ${changes} where ${step("- 1")}`;
}

export function updateSql(
  table: Table,
  write: { readonly row: string; readonly columns: readonly Column[] },
  request: TableRequest,
  values: Parameters,
): string {
  const changes = write.columns.map(({ name }) => `${quoted(name)} = pgrst_body.${quoted(name)}`).join(", ");
  const body = `json_to_record(${values.add(write.row)}::json) as pgrst_body(${definitions(write.columns)})`;
  return `update ${source(table)} set ${changes} from ${body}${where(table, request, values)}`;
}

export function deleteSql(table: Table, request: TableRequest, values: Parameters): string {
  return `delete from ${source(table)}${where(table, request, values)}`;
}

/** What an answer is made of. */
export interface Query {
  /** A change; it has to stand before everything else. */
  readonly change: string | null;
  /** The rows of the answer. */
  readonly rows: string;
}

/** A change, and what is asked of the rows that it changed. Without a representation no column is read. */
export function returning(
  change: string,
  table: Table,
  request: TableRequest,
  representation: boolean,
): Query {
  const name = quoted(table.name);
  if (!representation) return { change: `${name} as (${change} returning 1)`, rows: `select from ${name}` };
  const wanted = [...request.select, ...request.order].map(({ column }) => column);
  const columns = wanted.includes("*")
    ? `${name}.*`
    : [...new Set(wanted)].map((column) => reference(table, column)).join(", ");
  return {
    change: `${name} as (${change} returning ${columns})`,
    rows: `select ${selectList(table, request.select)} from ${name}${orderBy(table, request.order)}`,
  };
}

/** @returns a statement with one row: `body`, the rows as JSON text, and `rows`, how many they are */
export function asJson(query: Query, media: MediaType, total: string | null): string {
  const rows = "coalesce(json_agg(pgrst_row), '[]')";
  const shaped = media.single ? `coalesce(${rows} -> 0, 'null')` : rows;
  const body = media.nulls_stripped ? `json_strip_nulls(${shaped})` : shaped;
  return `${query.change === null ? "" : `with ${query.change} `}select (${body})::text as body,` +
    ` count(*)::int as rows, ${total === null ? "null::int" : `(${total})::int`} as total` +
    ` from (${query.rows}) as pgrst_row`;
}

function bodyRows(
  rows: string,
  columns: readonly Column[],
  missing: "default" | "null",
  values: Parameters,
): string {
  const given = values.add(rows);
  if (missing === "null") return `json_to_recordset(${given}::json) as pgrst_body(${definitions(columns)})`;
  const defaults = columns.filter(({ default_sql }) => default_sql !== null)
    .map(({ name, default_sql }) => `${literal(name)}, ${default_sql}`).join(", ");
  return `jsonb_array_elements(${given}::jsonb) as pgrst_given, jsonb_to_record(jsonb_build_object(${defaults})` +
    ` || pgrst_given) as pgrst_body(${definitions(columns)})`;
}

function definitions(columns: readonly Column[]): string {
  return columns.map(({ name, type }) => `${quoted(name)} ${type}`).join(", ");
}

function source(table: Table): string {
  return `public.${quoted(table.name)}`;
}

function reference(table: Table, column: string): string {
  return `${quoted(table.name)}.${quoted(column)}`;
}

function selectList(table: Table, select: readonly Selected[]): string {
  return select.map(({ column, alias }) =>
    column === "*"
      ? `${quoted(table.name)}.*`
      : `${reference(table, column)}${alias === null ? "" : ` as ${quoted(alias)}`}`
  ).join(", ");
}

function orderBy(table: Table, order: readonly Order[]): string {
  if (order.length === 0) return "";
  return ` order by ${
    order.map(({ column, descending, nulls }) =>
      `${reference(table, column)} ${descending ? "desc" : "asc"}${nulls === null ? "" : ` nulls ${nulls}`}`
    ).join(", ")
  }`;
}

function where(table: Table, { conditions }: TableRequest, values: Parameters): string {
  if (conditions.length === 0) return "";
  return ` where ${conditions.map((condition) => conditionSql(table, condition, values)).join(" and ")}`;
}

function conditionSql(table: Table, condition: Condition, values: Parameters): string {
  const sql = positiveSql(table, condition, values);
  return condition.negated ? `not (${sql})` : `(${sql})`;
}

function positiveSql(table: Table, condition: Condition, values: Parameters): string {
  if (condition.kind === "and" || condition.kind === "or") {
    return condition.of.map((member) => conditionSql(table, member, values)).join(` ${condition.kind} `);
  }
  return columnSql(table, condition, values);
}

function columnSql(table: Table, condition: ColumnCondition, values: Parameters): string {
  const { column } = condition;
  const left = reference(table, column);
  // Of an unknown column Postgres says that it is unknown.
  const type = table.columns.find(({ name }) => name === column)?.type ?? "text";
  switch (condition.kind) {
    case "is":
      return `${left} is ${IS[condition.value]}`;
    case "in":
      return `${left} = any (array[${
        condition.values.map((value) => `${values.add(value)}::${type}`).join(", ")
      }]::${type}[])`;
    case "compare": {
      const { operator, value } = condition;
      return operator === "like" || operator === "ilike"
        ? `${left} ${OPERATORS[operator]} ${values.add(value.replaceAll("*", "%"))}`
        : `${left} ${OPERATORS[operator]} ${values.add(value)}::${type}`;
    }
  }
}
