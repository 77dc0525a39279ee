import { createHash } from "node:crypto";
import { z } from "zod";
import type { AdapterOptions } from "./options.ts";

/** Where a host keeps it, below its folder. */
export const MANIFEST_PATH = "supabase/calendar-sync.json";

const ABOUT =
  "Written by ecocomply-calendar: what it brought, so that it never overwrites what you changed. Keep it in version control.";

const Adapter: z.ZodType<AdapterOptions> = z.object({
  table: z.string(),
  id: z.string(),
  user: z.string().nullable(),
  members: z.object({ table: z.string(), obligation: z.string(), user: z.string() }).nullable(),
  title: z.string(),
  description: z.string().nullable(),
  type: z.string().nullable(),
  status: z.object({
    column: z.string(),
    completed: z.array(z.string()),
    cancelled: z.array(z.string()),
  }).nullable(),
  date: z.string().nullable(),
  at: z.string().nullable(),
  time_zone: z.string().nullable(),
  url: z.string().nullable(),
});

const Manifest = z.object({
  version: z.string().regex(/^\d+\.\d+\.\d+/),
  /** How the functions were brought. */
  form: z.enum(["bundle", "source"]),
  /** The hash of each file as it was brought, by its path below the folder. */
  files: z.record(z.string(), z.string()),
  /** The hash of each function's section of config.toml as it was brought. */
  config: z.record(z.string(), z.string()),
  /** The adapters that were written, in their order. */
  adapters: z.array(z.object({ migration: z.string(), options: Adapter })),
});

/** What was brought into a host's project. */
export type Manifest = Readonly<z.infer<typeof Manifest>>;

/** @throws Error with one line where it is not what {@link renderManifest} writes */
export function parseManifest(text: string): Manifest {
  try {
    return Manifest.parse(JSON.parse(text));
  } catch {
    throw new Error(
      `${MANIFEST_PATH} cannot be read. Restore it from version control; without it nobody can tell what you changed.`,
    );
  }
}

/** The manifest as it is written: sorted, so that a merge shows what changed. */
export function renderManifest({ version, form, files, config, adapters }: Manifest): string {
  const sorted = (map: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(map).toSorted(([one], [other]) => one < other ? -1 : 1));
  return `${
    JSON.stringify(
      { about: ABOUT, version, form, files: sorted(files), config: sorted(config), adapters },
      null,
      2,
    )
  }\n`;
}

/** Of a text, whatever ends its lines: version control may change that. */
export function hashOf(text: string): string {
  return createHash("sha256").update(text.replaceAll("\r\n", "\n")).digest("hex");
}

/** Of a section of config.toml, whatever the order of its keys. */
export function hashOfSection(section: Readonly<Record<string, unknown>>): string {
  return hashOf(JSON.stringify(Object.entries(section).toSorted(([one], [other]) => one < other ? -1 : 1)));
}
