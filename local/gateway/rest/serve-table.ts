import type { Sql, TransactionSql } from "postgres";
import { z } from "zod";
import { actAs, type Caller } from "./caller.ts";
import { type MediaType, parseAccept, parsePreferences, type Preferences } from "./preferences.ts";
import { notServed, RestProblem } from "./problems.ts";
import { Parameters } from "./sql-text.ts";
import { asJson, countSql, deleteSql, insertSql, returning, selectSql, updateSql } from "./table-sql.ts";
import { type Column, columnNamed, findTable, type Table } from "./table.ts";
import { parseTableRequest, ROWS_MAX, type TableRequest } from "./table-request.ts";

/** Counts the rows of an upsert that are new; PostgREST has it under this name. */
const INSERTED = "pgrst.inserted";

const Row = z.record(z.string(), z.unknown());
const Rows = z.array(Row);

/** What a change did: its rows as JSON text, and how many. */
interface Result {
  readonly body: string;
  readonly rows: number;
  readonly total: number | null;
}

/**
 * Serves a table as PostgREST does: one transaction as the caller, names quoted, values bound.
 *
 * @param sql connections as `authenticator`
 * @throws RestProblem and Postgres's errors, for `answerOf`
 */
export async function serveTable(
  sql: Sql,
  request: Request,
  name: string,
  caller: Caller,
): Promise<Response> {
  const { headers, method } = request;
  const wanted = parseTableRequest(
    new URL(request.url).searchParams,
    method === "GET" ? headers.get("range") : null,
  );
  const asked: Asked = {
    wanted,
    preferences: parsePreferences(headers.get("prefer")),
    media: parseAccept(headers.get("accept")),
  };
  switch (method) {
    case "GET":
    case "HEAD":
      return await read(sql, name, caller, asked, method === "HEAD");
    case "POST": {
      const body = await bodyOf(request);
      return await sql.begin((transaction) => insert(transaction, name, caller, asked, body));
    }
    case "PATCH": {
      const body = await bodyOf(request);
      return await sql.begin((transaction) => update(transaction, name, caller, asked, body));
    }
    case "DELETE":
      return await sql.begin((transaction) => remove(transaction, name, caller, asked));
    default:
      throw notServed(`${method} on tables`);
  }
}

interface Asked {
  readonly wanted: TableRequest;
  readonly preferences: Preferences;
  readonly media: MediaType;
}

async function read(sql: Sql, name: string, caller: Caller, asked: Asked, head: boolean): Promise<Response> {
  const { wanted, preferences, media } = asked;
  const { body, rows, total } = await sql.begin("read only", async (transaction) => {
    const table = await findTable(transaction, name);
    await actAs(transaction, caller);
    const values = new Parameters();
    const limit = Math.min(wanted.limit ?? ROWS_MAX, ROWS_MAX);
    const rows = selectSql(table, wanted, limit, values);
    const count = preferences.count === null ? null : countSql(table, wanted, values);
    return await run(transaction, asJson({ change: null, rows }, media, count), values);
  });
  if (media.single) onlyOne(rows);
  const { offset } = wanted;
  if (total !== null && offset > total) {
    const reason = `An offset of ${offset} was requested, but there are only ${total} rows.`;
    throw new RestProblem(416, "PGRST103", "Requested range not satisfiable", reason);
  }
  return new Response(head ? null : body, {
    status: total !== null && rows < total ? 206 : 200,
    headers: answerHeaders(asked, contentRange(offset, offset + rows - 1, total), true),
  });
}

async function insert(
  transaction: TransactionSql,
  name: string,
  caller: Caller,
  asked: Asked,
  body: string,
): Promise<Response> {
  const { wanted, preferences } = asked;
  withoutLimit(wanted);
  const { rows, text } = rowsOf(body);
  const table = await findTable(transaction, name);
  const columns = columnsOf(table, wanted.columns, rows);
  if (columns.length === 0 && rows.length > 1) throw notServed("several rows without columns");
  await actAs(transaction, caller);
  const target = wanted.on_conflict ?? table.columns.filter(({ is_key }) => is_key).map((key) => key.name);
  const { resolution } = preferences;
  const result = rows.length === 0
    ? NOTHING
    : await change(transaction, table, asked, (values) =>
      insertSql(table, {
        rows: text,
        columns,
        missing: preferences.missing,
        conflict: resolution === null ? null : { target, merge: resolution === "merge-duplicates" },
        counter: INSERTED,
      }, values));
  const is_merged = resolution === "merge-duplicates" && await insertedRows(transaction) <= 0;
  return changed(asked, result, is_merged ? 200 : 201, contentRange(1, 0, totalOf(asked, result)));
}

async function update(
  transaction: TransactionSql,
  name: string,
  caller: Caller,
  asked: Asked,
  body: string,
): Promise<Response> {
  const { wanted } = asked;
  withoutLimit(wanted);
  const [row] = rowsOf(body).rows;
  const table = await findTable(transaction, name);
  const columns = columnsOf(table, wanted.columns, row === undefined ? [] : [row]);
  await actAs(transaction, caller);
  if (columns.length > 0) withCondition(wanted, "UPDATE");
  const result = columns.length === 0 ? NOTHING : await change(
    transaction,
    table,
    asked,
    (values) => updateSql(table, { row: JSON.stringify(row), columns }, wanted, values),
  );
  const range = contentRange(0, result.rows - 1, totalOf(asked, result));
  return changed(asked, result, asked.preferences.returns_rows ? 200 : 204, range);
}

async function remove(
  transaction: TransactionSql,
  name: string,
  caller: Caller,
  asked: Asked,
): Promise<Response> {
  withoutLimit(asked.wanted);
  const table = await findTable(transaction, name);
  await actAs(transaction, caller);
  withCondition(asked.wanted, "DELETE");
  const result = await change(
    transaction,
    table,
    asked,
    (values) => deleteSql(table, asked.wanted, values),
  );
  const range = contentRange(1, 0, totalOf(asked, result));
  return changed(asked, result, asked.preferences.returns_rows ? 200 : 204, range);
}

const NOTHING: Result = { body: "[]", rows: 0, total: null };

async function change(
  transaction: TransactionSql,
  table: Table,
  { wanted, preferences, media }: Asked,
  sqlOf: (values: Parameters) => string,
): Promise<Result> {
  const values = new Parameters();
  const query = returning(sqlOf(values), table, wanted, preferences.returns_rows);
  return await run(transaction, asJson(query, media, null), values);
}

async function run(transaction: TransactionSql, query: string, values: Parameters): Promise<Result> {
  const [result] = await transaction.unsafe<Result[]>(query, values.values);
  return result ?? NOTHING;
}

async function insertedRows(transaction: TransactionSql): Promise<number> {
  const [row] = await transaction<{ rows: number }[]>`
    select coalesce(nullif(current_setting(${INSERTED}, true), ''), '0')::int as rows`;
  return row?.rows ?? 0;
}

/** Within the transaction, so that a refusal undoes the change. */
function changed(asked: Asked, result: Result, status: 200 | 201 | 204, range: string): Response {
  const { returns_rows } = asked.preferences;
  if (asked.media.single && returns_rows) onlyOne(result.rows);
  const headers = answerHeaders(asked, range, returns_rows);
  return new Response(returns_rows ? result.body : null, { status, headers });
}

function onlyOne(rows: number): void {
  if (rows === 1) return;
  const message = "Cannot coerce the result to a single JSON object";
  throw new RestProblem(406, "PGRST116", message, `The result contains ${rows} rows`);
}

function totalOf({ preferences }: Asked, { rows }: Result): number | null {
  return preferences.count === null ? null : rows;
}

function contentRange(first: number, last: number, total: number | null): string {
  return `${first <= last && total !== 0 ? `${first}-${last}` : "*"}/${total ?? "*"}`;
}

function answerHeaders({ preferences, media }: Asked, range: string, has_body: boolean): Headers {
  const headers = new Headers({ "content-range": range });
  if (has_body) headers.set("content-type", media.content_type);
  if (preferences.applied !== "") headers.set("preference-applied", preferences.applied);
  return headers;
}

/** Changes of a part of the rows are not served. */
function withoutLimit({ limit, offset }: TableRequest): void {
  if (limit !== null || offset !== 0) throw notServed("limit and offset of changes");
}

/** Hosted Supabase loads pg-safeupdate for the Data API. */
function withCondition({ conditions }: TableRequest, statement: "UPDATE" | "DELETE"): void {
  if (conditions.length > 0) return;
  throw new RestProblem(400, "21000", `${statement} requires a WHERE clause`);
}

async function bodyOf(request: Request): Promise<string> {
  const type = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase() ?? "application/json";
  if (type === "text/csv" || type === "application/x-www-form-urlencoded") {
    throw notServed(`bodies of ${type}`);
  }
  if (type !== "application/json" && type !== "text/plain") {
    throw new RestProblem(415, "PGRST102", `Content-Type not acceptable: ${type}`);
  }
  return await request.text();
}

/** @returns the rows of a body, which may be one alone, and the array that holds them, as it came */
function rowsOf(body: string): { readonly rows: readonly z.infer<typeof Row>[]; readonly text: string } {
  const json = parseJson(body);
  const one = Row.safeParse(json);
  if (one.success) return { rows: [one.data], text: `[${body}]` };
  const many = Rows.safeParse(json);
  if (!many.success) {
    throw new RestProblem(
      400,
      "PGRST102",
      Array.isArray(json) ? "All object keys must match" : "Empty or invalid json",
    );
  }
  return { rows: many.data, text: body };
}

function columnsOf(
  table: Table,
  named: readonly string[] | null,
  rows: readonly z.infer<typeof Row>[],
): Column[] {
  const keys = Object.keys(rows[0] ?? {});
  if (named === null) {
    const same = (row: z.infer<typeof Row>) =>
      Object.keys(row).length === keys.length && keys.every((key) => Object.hasOwn(row, key));
    if (!rows.every(same)) throw new RestProblem(400, "PGRST102", "All object keys must match");
  }
  return [...new Set(named ?? keys)].map((name) => columnNamed(table, name));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
