import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { z } from "zod";
import { DIED } from "../../local/functions/function-process.ts";
import { ROOT } from "../../local/paths.ts";
import type { Stack } from "../../local/stack.ts";
import { LINE_CHARACTERS_MAX, LOG_LEVELS } from "../../supabase/functions/_shared/platform/log-line.ts";
import { PROVIDER_NAMES } from "../../supabase/functions/_shared/providers/registry.ts";
import { redactText } from "../../supabase/functions/_shared/platform/redact.ts";
import { encodingsOf } from "./encodings.ts";

/** Anything shorter stands in ordinary text by accident. */
const SECRET_CHARACTERS_MIN = 8;
/** What is brought may be made up, and be a word; what we or the providers made is longer. */
const BROUGHT_CHARACTERS_MIN = 24;
/** What is before it in a key is public. */
const API_KEY_SECRET_CHARACTERS = 49;

/** Every action that docs/operate/logs.md describes. */
export const ACTIONS: readonly string[] = [
  ...Deno.readTextFileSync(`${ROOT}/docs/operate/logs.md`).matchAll(
    /^\| `(\w+)` +\| (?:debug|info|warn|error)/gm,
  ),
].map(([, action = ""]) => action);

const Word = z.string().regex(/^[a-z][a-z0-9_]*$/);

/** In this order, as far as a line has them; see docs/operate/logs.md. */
const SHARED_FIELDS = {
  timestamp: z.iso.datetime(),
  level: z.enum(LOG_LEVELS),
  service: z.enum(["calendar", "calendar-feed", "calendar-metrics", "calendar-sync", "calendar-webhook"]),
  action: z.enum(ACTIONS),
  provider: z.enum(PROVIDER_NAMES).optional(),
  user_id: z.guid().optional(),
  obligation_id: z.guid().optional(),
  duration_ms: z.int().nonnegative().optional(),
  success: z.boolean().optional(),
  integration_id: z.guid().optional(),
  error_code: Word.optional(),
  attempt: z.int().positive().optional(),
  request_id: z.string().regex(/^[A-Za-z0-9._-]{1,64}$/).optional(),
};
const ORDER = Object.keys(SHARED_FIELDS);

/** A line that a function printed. */
export const LogLine = z.looseObject(SHARED_FIELDS);
export type LogLine = z.infer<typeof LogLine>;

/** The lines of the functions among what a stack printed. */
export function logLines(output: readonly string[]): LogLine[] {
  return printedByFunctions(output).map((text) => LogLine.parse(JSON.parse(text)));
}

/**
 * Proves of a run that nothing its functions printed holds a secret that was used in it: it learns every one, of whatever
 * kind, and looks for each in every line, as it is and encoded.
 */
export class LogProof {
  /** Kinds by secret. */
  readonly #secrets = new Map<string, string>();

  know(kind: string, secret: string): void {
    if (secret.length >= SECRET_CHARACTERS_MIN) this.#secrets.set(secret, kind);
  }

  #knowBrought(kind: string, secret: string | null | undefined): void {
    if (secret && secret.length >= BROUGHT_CHARACTERS_MIN) this.know(kind, secret);
  }

  /** Learns what callers bring and what they are given. */
  async watch(request: Request, answer: Response): Promise<void> {
    const { pathname, searchParams } = new URL(request.url);
    const bearer = /^Bearer (.+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
    this.#knowBrought("user's access token", bearer);
    const feed_token = /\/calendar-feed\/([^/]+?)(?:\.ics)?$/.exec(pathname)?.[1];
    this.#knowBrought("feed token", feed_token);
    for (const name of pathname.endsWith("/calendar/callback") ? ["code", "state"] : []) {
      this.#knowBrought(`${name} of a callback`, searchParams.get(name));
    }
    const location = answer.headers.get("location") ?? "";
    if (URL.canParse(location)) {
      this.know("ticket", new URL(location).searchParams.get("calendar_connection") ?? "");
    }
    if (
      /\/(?:calendar\/(?:feeds|keys|webhooks)|token$)/.test(pathname) && request.method === "POST" &&
      answer.ok
    ) {
      const { url, key, secret, access_token, refresh_token } = Given.parse(
        await answer.clone().json().catch(() => ({})),
      );
      this.know("feed token", /\/calendar-feed\/(.+)\.ics$/.exec(url ?? "")?.[1] ?? "");
      this.know("API key", key ?? "");
      this.know("secret of an API key", key?.slice(-API_KEY_SECRET_CHARACTERS) ?? "");
      this.know("webhook's secret", secret ?? "");
      this.know("user's access token", access_token ?? "");
      this.know("user's refresh token", refresh_token ?? "");
    }
  }

  /** Learns what the functions were given, what the providers handed out, and what lies in Vault. */
  async learnFrom(stack: Stack, sql: Sql): Promise<void> {
    for (const [name, secret] of Object.entries(stack.secrets)) this.know(name, secret);
    for (const { password, email } of stack.users) {
      this.know("user's password", password);
      this.know("user's e-mail address", email);
    }
    for (const emulator of [stack.google, stack.outlook, stack.caldav]) {
      for (const { kind, value } of emulator?.state.issued ?? []) this.know(`provider's ${kind}`, value);
      for (const { email } of emulator?.state.accounts.values() ?? []) {
        this.know("account's e-mail address", email);
      }
    }
    const kept = await sql<{ secret: string }[]>`
      select decrypted_secret as secret from vault.decrypted_secrets where name <> 'calendar_sync_url'`;
    for (const { secret } of kept) this.know("secret in Vault", secret);
    for (const { secret } of kept.filter(({ secret }) => secret.startsWith("{"))) {
      this.know("account's password", Password.parse(JSON.parse(secret)).password);
    }
  }

  /**
   * @param output what a stack printed, from its start to its end
   * @throws AssertionError that names the kind of the secret and what the line is about; never the secret
   */
  check(output: readonly string[]): void {
    const lines = printedByFunctions(output);
    assert.ok(lines.length > 0, "The functions printed nothing, so nothing is proven.");
    assert.ok(this.#secrets.size > 0, "No secret is known, so nothing is proven.");
    const all = lines.join("\n");
    for (const [secret, kind] of this.#secrets) {
      for (const [encoding, text] of encodingsOf(secret)) {
        if (all.includes(text)) {
          const line = lines.find((one) => one.includes(text)) ?? "";
          assert.fail(`A ${kind} stands, ${encoding}, in a line about ${actionOf(line)}.`);
        }
      }
    }
    for (const line of lines) checkShape(line);
  }
}

const Password = z.object({ password: z.string() });
const Given = z.object({
  url: z.string().optional(),
  key: z.string().optional(),
  secret: z.string().optional(),
  access_token: z.string().optional(),
  refresh_token: z.string().optional(),
}).catch({});

function printedByFunctions(output: readonly string[]): string[] {
  return output.flatMap((line) => {
    const [, text] = /^calendar[a-z-]*: (.*)$/s.exec(line) ?? [];
    return text === undefined || text === DIED ? [] : [text];
  });
}

function actionOf(line: string): string {
  return /"action":"(\w+)"/.exec(line)?.[1] ?? "something that is no JSON";
}

function checkShape(text: string): void {
  assert.ok(
    text.length <= LINE_CHARACTERS_MAX,
    `A line about ${actionOf(text)} is too long: ${text.length}.`,
  );
  let line: unknown;
  try {
    line = JSON.parse(text);
  } catch {
    assert.fail(`A line is no JSON: ${redactText(text)}`);
  }
  const { error } = LogLine.safeParse(line);
  if (error) {
    assert.fail(`A line is not what docs/operate/logs.md says: ${z.prettifyError(error)} ${text}`);
  }
  const shared = Object.keys(LogLine.parse(line)).filter((name) => ORDER.includes(name));
  const own = Object.keys(Object(line)).slice(0, shared.length);
  assert.deepEqual(
    own,
    ORDER.filter((name) => shared.includes(name)),
    "what every line has comes first, in order",
  );
}
