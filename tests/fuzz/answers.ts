import assert from "node:assert/strict";
import { z } from "zod";
import { checkAgainst } from "../support/document-check.ts";
import type { ApiCall, ApiDocument } from "./document.ts";
import type { ApiRequest } from "./requests.ts";
import { INJECTED_HEADER } from "./texts.ts";

/** What no answer may hold: where it was made, how, and on what machine. */
const INSIDES = [
  /\bat .+\.(?:ts|js|mjs):\d+/,
  /file:\/\/\/|node_modules|\/supabase\/functions\//,
  /\b(?:select|insert into|update|delete from)\b.+\b(?:from|values|set|where)\b/i,
  /\b(?:pg_catalog|calendar_sync|auth\.users|SQLSTATE|PGRST\d+|postgres)\b/i,
  /violates|duplicate key|invalid input syntax|TypeError|SyntaxError|RangeError/,
];
const LONGEST_MESSAGE = 300;

const ErrorAnswer = z.strictObject({ code: z.string(), message: z.string() });

/** Holds every answer of the Calendar API against what is promised of all of them. */
export interface AnswerCheck {
  /**
   * Reads the answer.
   *
   * @throws AssertionError that says what was sent, and what is wrong with the answer
   */
  check(request: ApiRequest, response: Response): Promise<void>;
  /** How often each status was answered. */
  readonly statuses: ReadonlyMap<number, number>;
}

/** @param options.secrets what no answer may hold, whoever asks: keys, tokens, what belongs to others */
export function checkAnswers(
  document: ApiDocument,
  options: { readonly secrets: readonly string[] },
): AnswerCheck {
  const documented = checkAgainst(document.json);
  const statuses = new Map<number, number>();
  return {
    statuses,
    async check(request, response) {
      const { status, headers } = response;
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      const text = await response.text();
      const said = `${status} ${text.slice(0, 500)}`;
      assert.ok(status < 500, said);
      checkHeaders(headers);
      for (const secret of options.secrets) assert.ok(!text.includes(secret), `a secret in ${said}`);
      if (request.method === "OPTIONS") return assert.ok(status === 204 || status === 404, said);
      const call = callOf(document.calls, request);
      if (status >= 400) checkError(document, text);
      if (call === undefined) return assert.ok([401, 404, 405].includes(status), said);
      await documented.check(
        request.method,
        call.path,
        new Response(text === "" ? null : text, { status, headers }),
      );
    },
  };
}

/** @returns undefined where the document knows no such call */
function callOf(calls: readonly ApiCall[], { method, path }: ApiRequest): ApiCall | undefined {
  const given = path.replace(/[?#].*$/s, "").replace(/(.)\/$/, "$1").split("/");
  return calls.find((call) => {
    const parts = call.path.split("/");
    return call.method === method && parts.length === given.length &&
      parts.every((part, index) => part.startsWith("{") || part === given[index]);
  });
}

/** What an error says is for people and programs, and of nothing inside. */
export function checkError(document: Pick<ApiDocument, "error_codes">, text: string): void {
  const { code, message } = ErrorAnswer.parse(JSON.parse(text));
  assert.ok(document.error_codes.includes(code), `the code ${code} is not documented`);
  assert.ok(
    message.length > 0 && message.length <= LONGEST_MESSAGE,
    `a message of ${message.length} characters`,
  );
  // The name of a field that nobody knows is the caller's own word.
  const own_words = message.replace(/(Unrecognized keys?: ).*/s, "$1");
  for (const inside of INSIDES) assert.doesNotMatch(own_words, inside);
}

/** What every answer's headers are like. */
export function checkHeaders(headers: Headers): void {
  assert.equal(headers.get("x-content-type-options"), "nosniff");
  assert.match(headers.get("cache-control") ?? "", /no-store|no-cache|max-age=3600/);
  assert.equal(headers.get("set-cookie"), null);
  assert.equal(headers.get(INJECTED_HEADER), null);
  assert.equal(headers.get("x-powered-by"), null);
  const type = headers.get("content-type");
  assert.ok(
    type === null ||
      /^(?:application\/json|text\/calendar; charset=utf-8|text\/csv; charset=utf-8)/.test(type),
    `${type}`,
  );
}
