import { z } from "zod";

/** One check of an installation, as `calendar_admin.setup_check()` answers it. */
export const Finding = z.object({
  check_name: z.string(),
  ok: z.boolean(),
  /** What it is where it is not ok; `info` where there is nothing to mend. */
  severity: z.enum(["error", "warning", "info"]),
  found: z.string(),
  how_to_mend: z.string().nullable(),
});
export type Finding = z.infer<typeof Finding>;

/** Whether an installation works: a warning does not keep it from that. */
export function isWorking(findings: readonly Finding[]): boolean {
  return findings.every(({ ok, severity }) => ok || severity !== "error");
}

const NAME_WIDTH = 40;
const SIGN_WIDTH = 2;

/** Findings as a table for people, what mends them below each; the last line counts. */
export function renderFindings(findings: readonly Finding[]): string {
  const lines = findings.flatMap((finding) => {
    const { check_name, found, how_to_mend } = finding;
    const line = `${signOf(finding)} ${check_name.padEnd(NAME_WIDTH)} ${found}`;
    return finding.ok || how_to_mend === null ? [line] : [line, `${" ".repeat(SIGN_WIDTH)}→ ${how_to_mend}`];
  });
  const count = (sign: string) => findings.filter((finding) => signOf(finding) === sign).length;
  const wrong = [`${count("✗")} wrong`, `${count("!")} to look at`, `${count("✓")} right`];
  return [...lines, "", wrong.join(", ")].join("\n");
}

function signOf({ ok, severity }: Finding): "✓" | "✗" | "!" {
  if (ok) return "✓";
  return severity === "error" ? "✗" : "!";
}
