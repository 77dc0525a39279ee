import { type Context, Hono } from "hono";
import { accepts } from "hono/accepts";
import { secureHeaders } from "hono/secure-headers";
import { getMimeType } from "hono/utils/mime";
import { promisify } from "node:util";
import { gzip, gzipSync } from "node:zlib";

/** What the page is told about the project that it talks to; it reads this as settings/src/page/config.ts says. */
export interface PageConfig {
  readonly supabaseUrl: string;
  readonly publishableKey: string;
  /** Filled into its sign-in form. */
  readonly demoUsers: readonly { readonly email: string; readonly password: string }[];
}

/** A built page, in memory: a later build takes nothing away from whoever serves this one. */
export interface Page {
  /** As built: the config is not in it. */
  readonly html: string;
  /** By file name. */
  readonly assets: ReadonlyMap<string, Body>;
}

interface Body {
  readonly type: string;
  readonly plain: Uint8Array<ArrayBuffer>;
  readonly gzipped: Uint8Array<ArrayBuffer>;
}

const PATH = "/settings";
/** Their names carry a hash of their content. */
const FOREVER = "public, max-age=31536000, immutable";

/**
 * Reads a built page.
 *
 * @param folder as `buildPage` returns it
 */
export async function readPage(folder: string): Promise<Page> {
  const entries = await Array.fromAsync(Deno.readDir(`${folder}/assets`));
  const assets = entries.filter(({ isFile }) => isFile).map(async ({ name }) => {
    const plain = await Deno.readFile(`${folder}/assets/${name}`);
    const gzipped = new Uint8Array(await promisify(gzip)(plain, { level: 9 }));
    return [name, { type: getMimeType(name) ?? "application/octet-stream", plain, gzipped }] as const;
  });
  return {
    html: await Deno.readTextFile(`${folder}/index.html`),
    assets: new Map(await Promise.all(assets)),
  };
}

/**
 * Writes the config into the page's element of that id, so that nothing in it can end the element.
 *
 * @throws Error where there is no such element
 */
export function withConfig(html: string, element: string, config: PageConfig): string {
  const place = new RegExp(`(<script type="application/json" id="${element}">)[^<]*(</script>)`);
  if (!place.test(html)) throw new Error(`The page's index.html has no element ${element}.`);
  // `</script` and `<!--` are all that HTML looks for inside of a script element.
  const json = JSON.stringify(config).replaceAll("<", "\\u003c");
  return html.replace(place, (_, begin: string, end: string) => `${begin}${json}${end}`);
}

/**
 * `/settings`, as a careful host would serve it, and the way there from `/`.
 *
 * @throws Error where the page has no place for the config
 */
export function settingsRoutes(page: Page, config: PageConfig): Hono {
  const app = pageRoutes({
    html: withConfig(page.html, "settings-config", config),
    assets: { path: `${PATH}/assets`, files: page.assets },
    origin: config.supabaseUrl,
    path: PATH,
    frames: [],
  });
  app.get("/", (c) => c.redirect(PATH, 302));
  return app;
}

/**
 * A page and its assets, with the headers of a careful host.
 *
 * The page has one address, in the project that it talks to. The same path with a slash leads there, and so do other names of this
 * machine: nobody may be redirected back to them after connecting, and the project is another origin than theirs.
 *
 * @param served.html complete
 * @param served.path of the page
 * @param served.frames whose pages it may show inside of it
 */
export function pageRoutes(served: {
  readonly html: string;
  readonly assets: { readonly path: string; readonly files: Page["assets"] };
  readonly origin: string;
  readonly path: string;
  readonly frames: readonly string[];
}): Hono {
  const { assets, origin, path, frames } = served;
  const plain = new TextEncoder().encode(served.html);
  const html = { type: "text/html; charset=utf-8", plain, gzipped: new Uint8Array(gzipSync(plain)) };
  const headers = secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      // Radix locks scrolling behind a dialog with a <style> element that it makes.
      styleSrc: ["'self'", "'unsafe-inline'"],
      imgSrc: ["'self'", "data:"],
      fontSrc: ["'self'"],
      connectSrc: ["'self'"],
      ...(frames.length === 0 ? {} : { frameSrc: [...frames] }),
      formAction: ["'self'"],
      baseUri: ["'none'"],
      frameAncestors: ["'none'"],
    },
    // The address carries a ticket when the provider sends somebody back.
    referrerPolicy: "no-referrer",
    xFrameOptions: "DENY",
    strictTransportSecurity: false,
  });
  const addresses = [...new Set([path, `${path.replace(/\/$/, "")}/`])];
  const app = new Hono();
  for (const address of [...addresses, `${assets.path}/*`]) app.use(address, headers);
  app.get(`${assets.path}/:name`, (c) => {
    const asset = assets.files.get(c.req.param("name"));
    if (asset === undefined) return c.notFound();
    c.header("cache-control", FOREVER);
    return answer(c, asset);
  });
  app.on("GET", addresses, (c) => {
    c.header("cache-control", "no-store");
    const { host, pathname, search } = new URL(c.req.url);
    const is_its_own = host === new URL(origin).host && pathname === path;
    return is_its_own ? answer(c, html) : c.redirect(`${origin}${path}${search}`, 302);
  });
  return app;
}

function answer(c: Context, { type, plain, gzipped }: Body): Response {
  c.header("content-type", type);
  c.header("vary", "accept-encoding");
  const encoding = accepts(c, { header: "Accept-Encoding", supports: ["gzip"], default: "identity" });
  if (encoding !== "gzip") return c.body(plain);
  c.header("content-encoding", "gzip");
  return c.body(gzipped);
}
