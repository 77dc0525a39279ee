import assert from "node:assert/strict";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { PATIENCE_MS } from "../../support/calendar-api.ts";
import { artefactPath } from "./artefacts.ts";
import { findChromium } from "./chromium.ts";
import { screenshot } from "./screenshot.ts";

/** Taking a trace costs a fifth of the time that these tests take. */
const TRACE = "BROWSER_TRACE";

/** How somebody looks at a page. */
export interface Viewer {
  /** CSS pixels; 1280 where absent. */
  readonly width?: number;
  /** CSS pixels; 900 where absent. */
  readonly height?: number;
  /** Device pixels a CSS pixel; 1 where absent. */
  readonly scale?: number;
  readonly color_scheme?: "light" | "dark";
  /** Whether it is a touch screen. */
  readonly touch?: boolean;
  readonly contrast?: "more";
  readonly forced_colors?: boolean;
  /** True where absent: then nothing moves while a test looks. */
  readonly reduced_motion?: boolean;
  /** IANA name; Europe/London where absent. */
  readonly time_zone?: string;
}

/** One browser of one person, with nothing left from any other. */
export interface Visit {
  readonly context: BrowserContext;
  /** Its first tab. */
  readonly page: Page;
  newTab(): Promise<Page>;
  /**
   * Accepts what goes wrong and matches, such as `/status of 503/` where a test breaks something on purpose. What goes
   * wrong otherwise fails the test.
   */
  allow(trouble: RegExp): void;
}

/** One browser for the tests of one file. */
export interface TestBrowser {
  /**
   * Runs a test in a context of its own. If it fails, a screenshot of each tab is kept beside the screenshots, under its
   * name, and a trace where `BROWSER_TRACE` is set.
   *
   * @param name of the test
   * @throws what the test threw; AssertionError that lists what went wrong in the page
   */
  visit(name: string, viewer: Viewer, test: (visit: Visit) => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

/**
 * Launches the browser.
 *
 * @throws Error that says what is missing
 */
export async function openBrowser(): Promise<TestBrowser> {
  const { executablePath, args, env } = await findChromium();
  const browser = await chromium.launch({ executablePath, args: [...args], env: { ...env } });
  return {
    visit: (name, viewer, test) => visit(browser, name, viewer, test),
    close: () => browser.close(),
  };
}

async function visit(
  browser: Browser,
  name: string,
  viewer: Viewer,
  test: (visit: Visit) => Promise<void>,
): Promise<void> {
  const context = await browser.newContext({
    viewport: { width: viewer.width ?? 1280, height: viewer.height ?? 900 },
    deviceScaleFactor: viewer.scale ?? 1,
    locale: "en-GB",
    timezoneId: viewer.time_zone ?? "Europe/London",
    colorScheme: viewer.color_scheme ?? "light",
    hasTouch: viewer.touch ?? false,
    isMobile: viewer.touch ?? false,
    contrast: viewer.contrast ?? "no-preference",
    forcedColors: viewer.forced_colors ? "active" : "none",
    reducedMotion: viewer.reduced_motion ?? true ? "reduce" : "no-preference",
  });
  context.setDefaultTimeout(PATIENCE_MS);
  const is_traced = Deno.env.has(TRACE);
  if (is_traced) await context.tracing.start({ snapshots: true });
  const allowed: RegExp[] = [];
  const troubles = troublesOf(context);
  try {
    const page = await context.newPage();
    await test({
      context,
      page,
      newTab: () => context.newPage(),
      allow: (trouble) => allowed.push(trouble),
    });
    // A tab tells in order: whatever went wrong by now is told before it answers.
    await Promise.all(context.pages().map((tab) => tab.evaluate("0")));
    const unexpected = troubles.filter((trouble) => !allowed.some((pattern) => pattern.test(trouble)));
    assert.deepEqual(unexpected, [], "something went wrong in the page");
  } catch (error: unknown) {
    for (const [index, page] of context.pages().entries()) {
      await screenshot(page, `failed-${name}-${index}`).catch(() => {});
    }
    if (is_traced) {
      await context.tracing.stop({ path: artefactPath(`failed-${name}`, "zip") }).catch(() => {});
    }
    throw error;
  } finally {
    await context.close();
  }
}

/** A list that grows with what goes wrong in any tab. */
function troublesOf(context: BrowserContext): readonly string[] {
  const troubles: string[] = [];
  context.on("console", (message) => {
    if (message.type() === "error") {
      troubles.push(`console: ${message.text()} (${pathOf(message.location().url)})`);
    }
  });
  context.on("weberror", (error) => troubles.push(`uncaught: ${error.error().message}`));
  context.on("requestfailed", (request) => {
    const reason = request.failure()?.errorText ?? "";
    // Whoever leaves a page gives up what it was still asking for.
    if (reason !== "net::ERR_ABORTED") {
      troubles.push(`request: ${reason} ${request.method()} ${pathOf(request.url())}`);
    }
  });
  return troubles;
}

/** Without the query, which may carry a ticket. */
function pathOf(url: string): string {
  return url.replace(/[?#].*$/, "");
}
