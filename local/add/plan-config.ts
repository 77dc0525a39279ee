import { isDeepStrictEqual } from "node:util";
import { parse, patch } from "@decimalturn/toml-patch";
import { z } from "zod";
import { hashOfSection } from "./manifest.ts";

const Section = z.record(z.string(), z.unknown());
const Config = z.looseObject({ functions: z.record(z.string(), z.unknown()).optional() });

/** The section of one function in config.toml. */
export interface FunctionSection {
  /** The function's name. */
  readonly name: string;
  readonly values: Readonly<Record<string, string | boolean>>;
}

/** What becomes of one section. */
export type SectionChange =
  | { readonly kind: "append" | "update" | "same"; readonly name: string }
  /** The host changed or deleted it, or had one of that name before. */
  | { readonly kind: "kept"; readonly name: string; readonly how: "changed" | "deleted" };

export interface ConfigPlan {
  readonly changes: readonly SectionChange[];
  /** config.toml after the changes. */
  readonly text: string;
  /** The manifest's hashes after the changes. */
  readonly hashes: Readonly<Record<string, string>>;
}

/** Where the sections are, as the manifest and messages call it. */
export const CONFIG_PATH = "supabase/config.toml";

/**
 * Decides about the functions' sections of config.toml. The host's comments, order and values stay.
 *
 * @param text config.toml of the host
 * @param brought hashes of the sections that an earlier run brought
 * @param is_taken the host asks for the new versions
 * @throws Error with one line where it is no TOML, or where nothing can be added to it
 */
export function planConfig(options: {
  readonly text: string;
  readonly sections: readonly FunctionSection[];
  readonly brought: Readonly<Record<string, string>>;
  readonly is_taken: boolean;
}): ConfigPlan {
  const { text, sections, brought, is_taken } = options;
  const present = functionsOf(text);
  const changes = sections.map(({ name, values }): SectionChange => {
    const found = present[name];
    const was = brought[name];
    if (found === undefined) {
      return was === undefined || is_taken
        ? { kind: "append", name }
        : { kind: "kept", name, how: "deleted" };
    }
    if (isDeepStrictEqual(found, values)) return { kind: "same", name };
    if (is_taken || was !== undefined && was === hashOfSection(found)) return { kind: "update", name };
    return { kind: "kept", name, how: "changed" };
  });
  const wanted = (kind: SectionChange["kind"]) =>
    sections.filter(({ name }) => changes.some((change) => change.kind === kind && change.name === name));
  const after = append(update(text, wanted("update")), wanted("append"));
  if (after !== text) verify(text, after, [...wanted("update"), ...wanted("append")]);
  const hashes = Object.fromEntries(sections.flatMap(({ name, values }) => {
    const is_kept = changes.some((change) => change.kind === "kept" && change.name === name);
    const hash = is_kept ? brought[name] : hashOfSection(values);
    return hash === undefined ? [] : [[name, hash]];
  }));
  return { changes, text: after, hashes };
}

/** The sections `[functions.<name>]` of a config.toml. */
export function functionsOf(text: string): Readonly<Record<string, Readonly<Record<string, unknown>>>> {
  const functions = parseConfig(text).functions ?? {};
  // `[functions]` may have settings of its own one day: only tables are functions.
  return Object.fromEntries(
    Object.entries(functions).flatMap(([name, value]) => {
      const section = Section.safeParse(value);
      return section.success ? [[name, section.data]] : [];
    }),
  );
}

function parseConfig(text: string): z.infer<typeof Config> {
  try {
    return Config.parse(parse(text));
  } catch (error: unknown) {
    const reason = error instanceof Error ? error.message.split("\n")[0] : "it is no TOML";
    throw new Error(`${CONFIG_PATH} cannot be read: ${reason}`);
  }
}

/** Values of sections that are there: in their places, with the comments beside them. */
function update(text: string, sections: readonly FunctionSection[]): string {
  if (sections.length === 0) return text;
  const config = parseConfig(text);
  const functions: Record<string, unknown> = { ...config.functions };
  for (const { name, values } of sections) functions[name] = values;
  return patch(text, { ...config, functions });
}

/**
 * New sections at the end, as text. The library would write them as one inline table, beside the host's comments of another
 * section.
 */
function append(text: string, sections: readonly FunctionSection[]): string {
  if (sections.length === 0) return text;
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  const lines = [
    "# EcoComply calendar: each function proves its callers itself, so the platform's check of a JWT is off.",
    ...sections.flatMap(({ name, values }) => [
      `[functions.${name}]`,
      ...Object.entries(values).map(([key, value]) => `${key} = ${JSON.stringify(value)}`),
      "",
    ]),
  ];
  return `${text.trimEnd()}${text.trim() === "" ? "" : eol + eol}${lines.join(eol)}`;
}

/** Reads what would be written: everything of the host's is as it was, and the sections are as they should be. */
function verify(before: string, after: string, sections: readonly FunctionSection[]): void {
  const functions: Record<string, unknown> = { ...parseConfig(before).functions };
  for (const { name, values } of sections) functions[name] = values;
  let found: unknown;
  try {
    found = parse(after);
  } catch {
    found = null;
  }
  if (!isDeepStrictEqual(plain(found), plain({ ...parseConfig(before), functions }))) {
    const names = sections.map(({ name }) => `[functions.${name}]`).join(", ");
    throw new Error(
      `${CONFIG_PATH} writes its functions in a way that nothing can be added to. Write them as sections, such as ${names}.`,
    );
  }
}

/** Without prototypes and classes of the parser, which a comparison would see. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
