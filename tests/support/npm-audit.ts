import { z } from "zod";
import { ROOT } from "../../local/paths.ts";

/** What a registry knows of the packages in the lock file. */
export type Audit =
  /** `severe`: the names of those with an advisory of level high or worse; `all`: how many have any. */
  | { readonly kind: "asked"; readonly severe: readonly string[]; readonly all: number }
  /** The registry answers no such question. */
  | { readonly kind: "no_endpoint"; readonly status: number };

const Report = z.object({
  vulnerabilities: z.record(z.string(), z.object({ severity: z.string() })),
});
const Refusal = z.object({ statusCode: z.int() });

/** What a server says that does not know of advisories, as a mirror of the registry may not. */
const NO_ENDPOINT = new Set([400, 403, 404, 405, 501]);
const SEVERE = new Set(["high", "critical"]);

/**
 * Asks with `npm audit --audit-level=high`.
 *
 * @param registry instead of the configured one
 * @throws Error where there was no answer, or one that is neither a report nor a refusal
 */
export async function npmAudit(registry?: string): Promise<Audit> {
  const { code, stdout, stderr } = await new Deno.Command("npm", {
    args: [
      "audit",
      "--audit-level=high",
      "--json",
      ...(registry === undefined ? [] : [`--registry=${registry}`]),
    ],
    cwd: ROOT,
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  const answer: unknown = JSON.parse(decoder.decode(stdout) || "null");
  const report = Report.safeParse(answer);
  if (report.success) {
    const vulnerable = Object.entries(report.data.vulnerabilities);
    const severe = vulnerable.filter(([, { severity }]) => SEVERE.has(severity)).map(([name]) => name);
    if ((severe.length > 0) !== (code !== 0)) {
      throw new Error(`npm audit ended with ${code} and names ${severe.length}.`);
    }
    return { kind: "asked", severe, all: vulnerable.length };
  }
  const refusal = Refusal.safeParse(answer);
  if (refusal.success && NO_ENDPOINT.has(refusal.data.statusCode)) {
    return { kind: "no_endpoint", status: refusal.data.statusCode };
  }
  throw new Error(`npm audit: ${decoder.decode(stderr).trim()}`);
}
