import { hashOf } from "./manifest.ts";

/** What becomes of one file of the host's. */
export type FileChange =
  | { readonly kind: "create" | "update"; readonly path: string; readonly text: string }
  | { readonly kind: "delete" | "same"; readonly path: string }
  /** The host changed or deleted it: it stays so. `is_behind`: the product has a newer version of it. */
  | {
    readonly kind: "kept";
    readonly path: string;
    readonly how: "changed" | "deleted";
    readonly is_behind: boolean;
  }
  /** The host had it before: it is none of the product's. */
  | { readonly kind: "clash"; readonly path: string }
  /** A migration that the host has, and may have applied, is another one now. */
  | { readonly kind: "rewritten"; readonly path: string };

/**
 * Decides about each file of the product, old and new.
 *
 * @param ours texts of this version, by path
 * @param theirs what the host has at the paths of `ours` and `brought`; a path that is not there is missing
 * @param brought hashes of what an earlier run brought
 * @param take paths whose new version the host asks for
 */
export function planFiles(options: {
  readonly ours: ReadonlyMap<string, string>;
  readonly theirs: ReadonlyMap<string, string>;
  readonly brought: Readonly<Record<string, string>>;
  readonly take: readonly string[];
}): readonly FileChange[] {
  const { ours, theirs, brought, take } = options;
  const paths = [...new Set([...ours.keys(), ...Object.keys(brought)])].sort();
  return paths.map((path) =>
    planFile({
      path,
      text: ours.get(path),
      found: theirs.get(path),
      was: brought[path],
      is_taken: take.includes(path),
    })
  );
}

function planFile({ path, text, found, was, is_taken }: {
  readonly path: string;
  readonly text: string | undefined;
  readonly found: string | undefined;
  readonly was: string | undefined;
  readonly is_taken: boolean;
}): FileChange {
  const found_hash = found === undefined ? null : hashOf(found);
  if (text === undefined) return planDropped(path, found_hash, was);
  const our_hash = hashOf(text);
  if (found_hash === our_hash) return { kind: "same", path };
  if (found_hash === null) {
    if (was === undefined || is_taken) return { kind: "create", path, text };
    return { kind: "kept", path, how: "deleted", is_behind: was !== our_hash };
  }
  if (is_taken) return { kind: "update", path, text };
  if (was === undefined) return { kind: "clash", path };
  if (was !== our_hash && isMigration(path)) return { kind: "rewritten", path };
  if (was === found_hash) return { kind: "update", path, text };
  return { kind: "kept", path, how: "changed", is_behind: was !== our_hash };
}

/** A file that this version does not have any more. */
function planDropped(path: string, found_hash: string | null, was: string | undefined): FileChange {
  // A migration that was applied belongs to the history of the database.
  if (found_hash === null || isMigration(path)) return { kind: "same", path };
  return found_hash === was
    ? { kind: "delete", path }
    : { kind: "kept", path, how: "changed", is_behind: false };
}

/** Whether a file is a step of the database's history. */
export function isMigration(path: string): boolean {
  return path.startsWith("supabase/migrations/");
}

/** What the manifest says of the files once the changes are made. */
export function filesAfter(
  changes: readonly FileChange[],
  ours: ReadonlyMap<string, string>,
  brought: Readonly<Record<string, string>>,
): Record<string, string> {
  const after: Record<string, string> = {};
  for (const { kind, path } of changes) {
    const text = ours.get(path);
    const hash = kind === "kept" ? brought[path] : text === undefined ? undefined : hashOf(text);
    if (hash !== undefined) after[path] = hash;
    // The host's own from now on, and a migration of a version before: both stay where they are.
    else if (kind === "same" && isMigration(path) && brought[path] !== undefined) after[path] = brought[path];
  }
  return after;
}
