import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import postgres from "postgres";

/** A request that is answered with an error of PostgREST's shape; the transaction is rolled back. */
export class RestProblem extends Error {
  override readonly name = "RestProblem";
  constructor(
    readonly status: ContentfulStatusCode,
    readonly code: string,
    message: string,
    readonly details: string | null = null,
    readonly hint: string | null = null,
  ) {
    super(message);
  }
}

/** What PostgREST can do and this gateway does not: said so, never ignored. */
export function notServed(what: string): RestProblem {
  return new RestProblem(
    501,
    "LOCAL501",
    `The local gateway does not serve ${what}.`,
    null,
    "docs/understand/local-platform.md lists what it serves. Hosted Supabase serves the rest.",
  );
}

/** What PostgREST cannot read: its own code, and where it stopped in words of ours. */
export function unreadable(part: string, text: string, expected: string): RestProblem {
  return new RestProblem(
    400,
    "PGRST100",
    `"failed to parse ${part} (${text})" (line 1, column 1)`,
    `expecting ${expected}`,
  );
}

/**
 * Whatever went wrong, as PostgREST answers it.
 *
 * @param role of the caller; null where the caller is not known yet
 */
export function answerOf(c: Context, error: unknown, role: string | null): Response {
  if (error instanceof RestProblem) {
    const { code, message, details, hint, status } = error;
    return c.json({ code, message, details, hint }, status);
  }
  if (!(error instanceof postgres.PostgresError)) {
    return answerOf(c, new RestProblem(503, "PGRST000", "Could not connect with the database"), role);
  }
  return c.json({
    code: error.code,
    message: error.message,
    details: error.detail ?? null,
    hint: error.hint ?? null,
  }, statusOf(error.code, error.message, role));
}

/** By class or code of SQLSTATE, the first that fits: PostgREST documentation, "HTTP Status Codes". */
const STATUSES: readonly (readonly [RegExp, ContentfulStatusCode])[] = [
  [/^08/, 503],
  [/^09/, 500],
  [/^0[LP]/, 403],
  [/^2350[35]$/, 409],
  [/^25006$/, 405],
  [/^21/, 500],
  [/^25/, 500],
  [/^28/, 403],
  [/^(?:2D|38|39|3B|40)/, 500],
  [/^53400$/, 500],
  [/^53/, 503],
  [/^5[45]/, 500],
  [/^57P01$/, 503],
  [/^5[78]/, 500],
  [/^(?:F0|HV|XX)/, 500],
  [/^P0001$/, 400],
  [/^P0/, 500],
  [/^42(?:883|P01)$/, 404],
  [/^42P17$/, 500],
];

function statusOf(code: string, message: string, role: string | null): ContentfulStatusCode {
  if (code === "42501") return role === "anon" ? 401 : 403;
  // A trigger or function that raises PTxyz chooses the status.
  const chosen = /^PT(\d{3})$/.exec(code)?.[1];
  if (chosen !== undefined) return statusNumbered(Number(chosen));
  if (code === "21000" && message.endsWith("requires a WHERE clause")) return 400;
  return STATUSES.find(([pattern]) => pattern.test(code))?.[1] ?? 400;
}

const CHOSEN: readonly ContentfulStatusCode[] = [
  400,
  401,
  402,
  403,
  404,
  405,
  406,
  409,
  410,
  412,
  413,
  415,
  422,
  423,
  429,
  500,
  501,
  502,
  503,
  504,
];

function statusNumbered(number: number): ContentfulStatusCode {
  return CHOSEN.find((status) => status === number) ?? 500;
}
