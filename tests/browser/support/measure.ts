import type { BrowserContext, Page, Request } from "playwright-core";
import { z } from "zod";

/** Requests that a page makes, as they are made. */
export interface Calls {
  /** `"GET /status"` and the like, with what lies below `/functions/v1/calendar`. */
  readonly made: readonly string[];
  /** How many of them are this one; all where absent. */
  count(call?: string): number;
}

const CALENDAR_API = "/functions/v1/calendar";

/** Watches the requests of a page, or of all tabs of a context, to the Calendar API, from now on. */
export function calendarCalls(source: Page | BrowserContext): Calls {
  const made: string[] = [];
  const note = (request: Request) => {
    const { pathname } = new URL(request.url());
    if (pathname === CALENDAR_API || pathname.startsWith(`${CALENDAR_API}/`)) {
      made.push(`${request.method()} ${pathname.slice(CALENDAR_API.length)}`);
    }
  };
  // `on` has an overload for each of the two, and none for either.
  if ("tracing" in source) source.on("request", note);
  else source.on("request", note);
  return { made, count: (call) => made.filter((one) => call === undefined || one === call).length };
}

/** The JavaScript that came over the line, in bytes, as encoded there. */
export interface Scripts {
  /** Waits for what is still being loaded. */
  total(): Promise<number>;
}

/** Watches the scripts that a page loads, from now on. */
export function scriptsOf(page: Page): Scripts {
  const sizes: Promise<number>[] = [];
  page.on("request", (request) => {
    if (!new URL(request.url()).pathname.endsWith(".js")) return;
    sizes.push(
      request.response().then(async (response) => {
        await response?.finished();
        return (await request.sizes()).responseBodySize;
      }),
    );
  });
  return {
    total: async () => (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0),
  };
}

/**
 * How far what a page shows has jumped since it was opened, as Cumulative Layout Shift counts it, but without its windows:
 * everything that a person did not cause. https://web.dev/articles/cls
 */
export async function layoutShift(page: Page): Promise<number> {
  // The observer is told of what was before it in a task of its own, which comes before the second frame from now.
  const sum: unknown = await page.evaluate(`new Promise((resolve) => {
    let sum = 0;
    const add = (entries) => { for (const entry of entries) if (!entry.hadRecentInput) sum += entry.value; };
    const observer = new PerformanceObserver((list) => add(list.getEntries()));
    observer.observe({ type: "layout-shift", buffered: true });
    requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => {
      add(observer.takeRecords());
      observer.disconnect();
      resolve(sum);
    })));
  })`);
  return z.number().parse(sum);
}
