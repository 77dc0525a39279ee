import assert from "node:assert/strict";
import axe from "axe-core";
import type { Page } from "playwright-core";
import { z } from "zod";

/** WCAG 2.2 AA is what these add up to. https://github.com/dequelabs/axe-core/blob/develop/doc/API.md#axe-core-tags */
const WCAG_22_AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

const Results = z.object({
  passes: z.array(z.object({ id: z.string() })),
  violations: z.array(z.object({
    id: z.string(),
    impact: z.string().nullish(),
    help: z.string(),
    helpUrl: z.string(),
    nodes: z.array(
      z.object({ target: z.array(z.unknown()), html: z.string(), failureSummary: z.string().optional() }),
    ),
  })),
});

/**
 * What axe-core finds against a page, a paragraph each; nothing: an empty list.
 *
 * @param page whatever it shows; its Content-Security-Policy does not keep the debugger's scripts out
 * @param options.best_practices adds what no criterion demands
 */
export async function accessibilityViolations(
  page: Page,
  options: { readonly best_practices?: boolean } = {},
): Promise<string[]> {
  if (await page.evaluate("typeof axe === 'undefined'")) await page.evaluate(axe.source);
  const tags = options.best_practices ? [...WCAG_22_AA, "best-practice"] : WCAG_22_AA;
  const answer: unknown = await page.evaluate(
    `axe.run(document, ${JSON.stringify({ runOnly: tags, resultTypes: ["violations"] })})`,
  );
  const { passes, violations } = Results.parse(answer);
  assert.ok(passes.length > 0, "axe looked at nothing");
  return violations.map(({ id, impact, help, helpUrl, nodes }) =>
    [
      `${id} (${impact}): ${help}, ${helpUrl}`,
      ...nodes.map(({ target, html, failureSummary = "" }) =>
        `  ${target.join(" ")}  ${html.slice(0, 200)}\n    ${failureSummary.replaceAll("\n", "\n    ")}`
      ),
    ].join("\n")
  );
}

/**
 * Asserts that a page meets WCAG 2.2 AA, as far as axe-core can tell.
 *
 * @param name of what the page shows, for the message
 * @param options as of `accessibilityViolations`
 */
export async function assertAccessible(
  page: Page,
  name: string,
  options: { readonly best_practices?: boolean } = {},
): Promise<void> {
  const violations = await accessibilityViolations(page, options);
  assert.equal(violations.length, 0, `${name} is not accessible:\n${violations.join("\n")}`);
}
