import fc from "fast-check";
import type { Sql, TransactionSql } from "postgres";
import { hostileText } from "./texts.ts";

/** What somebody may write into `public.obligations`, and Postgres takes. */
export interface HostileRow {
  readonly title: string;
  readonly description: string | null;
  readonly obligation_type: string | null;
  readonly status: string;
  readonly deadline_date: string | null;
  readonly deadline_at: string | null;
  readonly time_zone: string | null;
  readonly url: string | null;
}

const MEGABYTE = 1024 * 1024;

/** Dates that calendars can show, and dates that only Postgres knows. */
const DATES = [
  "2027-02-28",
  "2028-02-29",
  "1582-10-10",
  "0001-01-01",
  "9999-12-30",
  "9999-12-31",
  "10000-01-01",
  "5874897-12-31",
  "0044-03-15 BC",
  "4713-01-01 BC",
  "infinity",
  "-infinity",
];

const INSTANTS = [
  "2027-03-28 01:30:00.123456+00",
  "2027-10-31 00:30+00",
  "0001-01-01 00:00+00",
  "0001-06-01 00:00+00",
  "9999-12-31 23:00+00",
  "9999-12-31 23:45+00",
  "294276-12-31 23:59:59.999999+00",
  "4714-11-24 00:00+00 BC",
  "infinity",
  "-infinity",
];

const ZONES = [
  "",
  "UTC",
  "europe/paris",
  "Europe/Paris ",
  "Europe/Paris\r\nX-INJECTED:1",
  "Etc/GMT+12",
  "+25:00",
  "Antarctica/Troll",
  "America/Argentina/ComodRivadavia",
  "Africa/El_Aaiun",
  "Mars/Olympus",
  "../../etc/passwd",
  "U".repeat(MEGABYTE),
];

const URLS = [
  "",
  "https://example.com/a b\t?q=<script>&x=\"'",
  "https://example.com/\r\nX-INJECTED:1",
  "HTTPS://EXÄMPLE.com/ü",
  "http://[::1]/",
  `https://${"user:word"}@example.com/`,
  "javascript:alert(1)",
  "data:text/html,<script>alert(1)</script>",
  "ftp://example.com/",
  "//example.com",
  "https://",
  `https://example.com/${"x".repeat(7_900)}`,
  `https://example.com/${"&".repeat(3_000)}`,
  `https://example.com/${"x".repeat(MEGABYTE)}`,
];

const LONG_TEXTS = [
  "x".repeat(MEGABYTE),
  "<b>&amp;".repeat(MEGABYTE / 8),
  "\u{1f469}".repeat(20_000),
  `x${"\u0300".repeat(100_000)}`,
  "line\r\n\u2028\u0085".repeat(2_000),
  "BEGIN:VEVENT\r\nEND:VCALENDAR\r\nATTENDEE:mailto:x@example.com",
];

/** Postgres has no text with NUL, or with half of a character. */
const text = fc.oneof(
  { weight: 6, arbitrary: hostileText.map((one) => one.replaceAll("\0", "").toWellFormed()) },
  { weight: 1, arbitrary: fc.constantFrom(...LONG_TEXTS) },
);

/** A row by somebody who means no good. */
export const hostileRow: fc.Arbitrary<HostileRow> = fc.record({
  title: text,
  description: fc.option(text),
  obligation_type: fc.option(text),
  status: fc.constantFrom("pending", "pending", "in_progress", "completed", "cancelled"),
  due: fc.oneof(
    fc.constantFrom(...DATES).map((deadline_date) => ({ deadline_date, deadline_at: null })),
    fc.constantFrom(...INSTANTS).map((deadline_at) => ({ deadline_date: null, deadline_at })),
  ),
  time_zone: fc.option(fc.constantFrom(...ZONES)),
  url: fc.option(fc.constantFrom(...URLS)),
}).map(({ due, ...row }) => ({ ...row, ...due }));

/** Does something as a signed-in user, through row level security. */
export async function asUser<T>(
  sql: Sql,
  user_id: string,
  act: (sql: TransactionSql) => Promise<T>,
): Promise<T> {
  const claims = JSON.stringify({ sub: user_id, role: "authenticated" });
  const done: { readonly value: T }[] = [];
  await sql.begin(async (transaction) => {
    await transaction`select set_config('role', 'authenticated', true), set_config('request.jwt.claims', ${claims}, true)`;
    done.push({ value: await act(transaction) });
  });
  const [result] = done;
  if (result === undefined) throw new Error("The transaction did nothing.");
  return result.value;
}

/** @returns the new row's id */
export async function insertRow(sql: TransactionSql, user_id: string, row: HostileRow): Promise<string> {
  const [inserted] = await sql<{ id: string }[]>`
    insert into public.obligations
      (user_id, title, description, obligation_type, status, deadline_date, deadline_at, time_zone, url)
    values (${user_id}, ${row.title}, ${row.description}, ${row.obligation_type}, ${row.status},
      ${row.deadline_date}::text::date, ${row.deadline_at}::text::timestamptz, ${row.time_zone}, ${row.url})
    returning id`;
  return inserted?.id ?? "";
}

/** Writes all of a row anew. */
export async function updateRow(sql: TransactionSql, id: string, row: HostileRow): Promise<void> {
  await sql`update public.obligations set title = ${row.title}, description = ${row.description},
    obligation_type = ${row.obligation_type}, status = ${row.status}, deadline_date = ${row.deadline_date}::text::date,
    deadline_at = ${row.deadline_at}::text::timestamptz, time_zone = ${row.time_zone}, url = ${row.url}
    where id = ${id}`;
}
