import assert from "node:assert/strict";
import { join } from "node:path";
import { z } from "zod";
import { ROOT } from "../../../local/paths.ts";
import { ENGLISH_LATE as WORDS } from "../../../settings/src/late-strings.ts";
import { ERROR_CODES } from "../../../supabase/functions/_shared/platform/errors.ts";

/** The page does not cause them, or has nothing better to say of them than that something did not work. */
const NOT_SAID: readonly string[] = ["internal", "invalid_request", "key_in_query", "scope_missing"];

/** Words for codes that only calls below these paths answer with. */
const OWN: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "/confirm": WORDS.returned.errors,
  "/connect": WORDS.password.errors,
  "/proposals": WORDS.moves.errors,
  "/keys": WORDS.keys.errors,
  "/webhooks": WORDS.webhooks.errors,
};

const Described = z.object({ description: z.string() });
const Document = z.object({
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.object({ responses: z.record(z.string(), Described) }),
    ),
  ),
  components: z.object({
    schemas: z.object({
      Delivery: z.object({
        properties: z.object({
          attempts: z.object({ items: z.object({ properties: z.object({ error: Described }) }) }),
        }),
      }),
    }),
  }),
});

async function readDocument() {
  return Document.parse(JSON.parse(await Deno.readTextFile(join(ROOT, "docs/embed/openapi.json"))));
}

Deno.test("the Settings page has words for every code with which a call may be refused", async () => {
  const { paths } = await readDocument();
  const missing = Object.entries(paths).flatMap(([path, calls]) => {
    const [, own] = Object.entries(OWN).find(([prefix]) => path.startsWith(prefix)) ?? [];
    const words: Readonly<Record<string, string>> = { ...WORDS.errors, ...own };
    const said = Object.values(calls).flatMap(({ responses }) =>
      Object.entries(responses).flatMap(([status, { description }]) =>
        status < "400" ? [] : description.match(/\w+/g) ?? []
      )
    );
    const codes = ERROR_CODES.filter((code) => said.includes(code) && !NOT_SAID.includes(code));
    return codes.filter((code) => words[code] === undefined).map((code) => `${path}: ${code}`);
  });
  assert.deepEqual(missing, []);
});

Deno.test("it has words for every reason why a webhook was not called", async () => {
  const { components: { schemas: { Delivery } } } = await readDocument();
  const { description } = Delivery.properties.attempts.items.properties.error;
  const codes = [...description.matchAll(/(?<=^|\. )[a-z_]+(?=:)/g)].map(([code]) => code);
  assert.ok(codes.includes("secret_unreadable"), description);
  const words: Readonly<Record<string, string>> = WORDS.webhooks.errors_of_attempts;
  // The first is said with its number, the last as what has no reason.
  const missing = codes.filter((code) => words[code] === undefined && !["status", "internal"].includes(code));
  assert.deepEqual(missing, []);
});
