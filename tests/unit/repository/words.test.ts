import assert from "node:assert/strict";
import { ROOT } from "../../../local/paths.ts";
import { textFiles } from "../../support/text-files.ts";

/**
 * Words that name a thing of this project by another name than the field's: what is said instead stands beside each. An obligation is
 * no item, a change no mark.
 */
const INSTEAD: Readonly<Record<string, string>> = {
  bell: "wake-up call",
  doorbell: "wake-up call",
  rang: "called",
  ring: "wake-up call",
  rings: "wake-up calls",
  rung: "called",
  exercise: "keep-alive",
  gate: "circuit breaker",
  gates: "circuit breakers",
  held: "waiting (wait_reason)",
  hold: "wait",
  hurry: "run now",
  mark: "change",
  marks: "changes",
  setups: "locks",
  stray: "leftover, orphan",
  strays: "leftovers, orphans",
  turn: "schedule, ready_at",
  turns: "schedule",
  walk: "scan",
  walks: "scans",
};

/** Where such a word means something else. */
const ALLOWED = new Set([
  // Unicode's name, and a picture.
  "BYTE_ORDER_MARK",
  "ProviderMark",
]);

Deno.test("names in the database are words of the field", async () => {
  const found: string[] = [];
  for await (const { path, text } of sources("supabase/schemas", ".sql")) {
    for (const name of identifiers(text.replace(/--[^\n]*/g, "").replace(/'(?:[^']|'')*'/g, "''"))) {
      found.push(...offences(name).map((word) => `${path}: ${name} (${INSTEAD[word]})`));
    }
  }
  assert.deepEqual(found, []);
});

Deno.test("identifiers of the functions and of the page are words of the field", async () => {
  const found: string[] = [];
  for (const folder of ["supabase/functions", "settings/src"]) {
    for await (const { path, text } of sources(folder, ".ts", ".tsx")) {
      for (const name of identifiers(withoutWords(text))) {
        found.push(...offences(name).map((word) => `${path}: ${name} (${INSTEAD[word]})`));
      }
    }
  }
  assert.deepEqual(found, []);
});

Deno.test("names of tests, metrics and log actions are words of the field", async () => {
  const found: string[] = [];
  for (const folder of ["tests", "supabase/functions"]) {
    for await (const { path, text } of sources(folder, ".ts")) {
      if (path.endsWith("words.test.ts")) continue;
      for (const [, name = ""] of text.matchAll(NAMES)) {
        for (const word of name.toLowerCase().match(/[a-z]+/g) ?? []) {
          // In sentences these are ordinary verbs.
          if (["turn", "turns", "hold", "held", "mark", "marks", "ring", "rings"].includes(word)) continue;
          if (Object.hasOwn(INSTEAD, word)) found.push(`${path}: ${name} (${INSTEAD[word]})`);
        }
      }
    }
  }
  assert.deepEqual(found, []);
});

/** The source files below a folder of the repository. */
async function* sources(folder: string, ...endings: readonly string[]) {
  for await (const { path, content } of textFiles(ROOT, folder)) {
    if (endings.some((ending) => path.endsWith(ending))) yield { path, text: content };
  }
}

/** The name of a test, a step, a behaviour, a metric or a log line. */
const NAMES =
  /(?:Deno\.test\(|t\.step\(|\bname:|testEngine\(|metrics\.(?:count|observe)\(|log\.(?:debug|info|warn|error)\()\s*"([^"]+)"/g;

/** Code without comments and texts. */
function withoutWords(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g, '""');
}

function identifiers(code: string): ReadonlySet<string> {
  return new Set(code.match(/[A-Za-z_][A-Za-z0-9_]*/g) ?? []);
}

/** The words of a name that are not the field's. */
function offences(name: string): readonly string[] {
  if (ALLOWED.has(name)) return [];
  const words = name.match(/[A-Z]?[a-z]+|[A-Z]+(?![a-z])/g) ?? [];
  return words.map((word) => word.toLowerCase()).filter((word) => Object.hasOwn(INSTEAD, word));
}
