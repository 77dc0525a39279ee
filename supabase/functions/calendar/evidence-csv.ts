import type { z } from "@hono/zod-openapi";
import { stringify } from "csv-stringify/sync";
import type { Evidence } from "./answers/obligations.ts";

const COLUMNS = [
  "obligation_id",
  "provider",
  "account_email",
  "calendar_name",
  "calendar_id",
  "integration_id",
  "event_id",
  "in_calendar",
  "title",
  "due",
  "from_at",
  "until_at",
  "reason",
  "began_with",
  "began_by",
  "began_request_id",
  "ended_with",
  "ended_by",
  "ended_request_id",
] as const;

/**
 * Evidence as a file for spreadsheets: RFC 4180, with a byte order mark, without which Excel takes UTF-8 for something else.
 *
 * What a spreadsheet would calculate (`=`, `+`, `-`, `@`, a tab or a carriage return at the beginning) gets an apostrophe in
 * front: a title is anybody's text.
 */
export function evidenceCsv({ obligation_id, periods }: z.infer<typeof Evidence>): string {
  return stringify(periods.map((period) => ({ obligation_id, ...period })), {
    header: true,
    columns: [...COLUMNS],
    record_delimiter: "windows",
    bom: true,
    escape_formulas: true,
    cast: { boolean: String },
  });
}
