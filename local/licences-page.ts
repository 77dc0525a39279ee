import { z } from "zod";
import { formatted } from "./format.ts";
import { ROOT } from "./paths.ts";

/** The page that is generated. */
export const LICENCES_PAGE_PATH = `${ROOT}/docs/understand/licences.md`;

/** What is deployed may be used, changed and passed on in any product, and asks for its notice to be kept at most. */
export const DEPLOYED_LICENCES: ReadonlySet<string> = new Set([
  ...["0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "MIT-0"],
]);

/** What only builds and tests may ask for more, as long as that ends with its own files. As the packages spell it. */
export const DEVELOPMENT_LICENCES: ReadonlySet<string> = new Set([
  ...DEPLOYED_LICENCES,
  ...[
    "(Apache-2.0 OR MIT)",
    "(MIT OR CC0-1.0)",
    "Artistic-2.0",
    "BSD",
    "BlueOak-1.0.0",
    "MPL-2.0",
    "Python-2.0",
    "Unicode-3.0",
    "Unlicense",
  ],
]);

/** Where a package ends up. */
export type Use = "functions" | "page" | "development";

/** A package of the lock file. */
export interface LicensedPackage {
  readonly name: string;
  readonly version: string;
  /** SPDX, as the package spells it; null where it says nothing. */
  readonly licence: string | null;
  readonly use: Use;
  /** Where npm puts it, below the root. */
  readonly path: string;
}

const LockFile = z.object({
  packages: z.record(
    z.string(),
    z.object({
      version: z.string().optional(),
      license: z.string().optional(),
      dev: z.boolean().optional(),
      link: z.boolean().optional(),
    }),
  ),
});
const DenoLock = z.object({ npm: z.record(z.string(), z.unknown()) });

/**
 * Every package that is depended on, directly or not, as npm's lock file has it.
 *
 * @throws Error where the functions are locked to a version that npm's lock file does not have
 */
export async function licensedPackages(): Promise<readonly LicensedPackage[]> {
  const { packages } = LockFile.parse(JSON.parse(await Deno.readTextFile(`${ROOT}/package-lock.json`)));
  const { npm } = DenoLock.parse(
    JSON.parse(await Deno.readTextFile(`${ROOT}/supabase/functions/deno.lock`)),
  );
  // `@scope/name@1.2.3_peer@4.5.6`: its own name and version come first.
  const inFunctions = new Set(Object.keys(npm).map((key) => /^@?[^@]+@[^_]+/.exec(key)?.[0] ?? key));
  const found: LicensedPackage[] = [];
  for (const [path, { version, license, dev, link }] of Object.entries(packages)) {
    const name = /.*node_modules\/(.+)$/.exec(path)?.[1];
    if (name === undefined || version === undefined || link) continue;
    const use = inFunctions.has(`${name}@${version}`) ? "functions" : dev ? "development" : "page";
    found.push({ name, version, licence: license ?? null, use, path });
  }
  for (const key of inFunctions) {
    if (!found.some(({ name, version }) => `${name}@${version}` === key)) {
      throw new Error(`${key} of supabase/functions/deno.lock is not in package-lock.json.`);
    }
  }
  return found;
}

/** docs/understand/licences.md as it has to be. */
export async function renderLicencesPage(): Promise<string> {
  const packages = await licensedPackages();
  const text = `# Licences of what we depend on

Written by \`npm run generate\` from the lock files. Deployed is what the edge functions import and what a build of the Settings
page may contain, everything that those depend on included; a test refuses any licence there but
${list(DEPLOYED_LICENCES)}.

## In the edge functions

${table(packages, "functions")}

## In the Settings page

${table(packages, "page")}

## For building and testing alone

None of it is deployed.

| licence | packages |
| --- | --- |
${
    counts(packages.filter(({ use }) => use === "development"))
      .map(([licence, packages]) => `| ${licence} | ${packages} |`).join("\n")
  }
`;
  return await formatted(text, "md");
}

function table(packages: readonly LicensedPackage[], wanted: Use): string {
  const rows = new Set(
    packages.filter(({ use }) => use === wanted)
      .map(({ name, version, licence }) => `| ${name} | ${version} | ${licence ?? "none named"} |`),
  );
  return ["| package | version | licence |", "| --- | --- | --- |", ...[...rows].sort()].join("\n");
}

function counts(packages: readonly LicensedPackage[]): readonly (readonly [string, number])[] {
  const byLicence = Map.groupBy(packages, ({ licence }) => licence ?? "none named");
  return [...byLicence].map(([licence, { length }]) => [licence, length] as const).sort(([a, m], [b, n]) =>
    n - m || a.localeCompare(b)
  );
}

function list(names: ReadonlySet<string>): string {
  const sorted = [...names].sort();
  return `${sorted.slice(0, -1).join(", ")} and ${sorted.at(-1)}`;
}
