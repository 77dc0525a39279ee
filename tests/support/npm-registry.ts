import { createHash } from "node:crypto";
import { join } from "node:path";
import { z } from "zod";

const Version = z.looseObject({
  name: z.string(),
  version: z.string(),
  dist: z.looseObject({ integrity: z.string(), tarball: z.string() }),
});
const Document = z.object({
  name: z.string(),
  access: z.string().optional(),
  "dist-tags": z.record(z.string(), z.string()),
  versions: z.record(z.string(), Version),
  _attachments: z.record(z.string(), z.object({ data: z.string() })),
});

/** A package as it was published. */
export interface PublishedPackage {
  /** Its package.json, with what npm adds. */
  readonly manifest: Readonly<Record<string, unknown>>;
  readonly access: string | undefined;
  readonly tarball: Uint8Array<ArrayBuffer>;
}

/** A registry of our own, for npm on this machine. */
export interface NpmRegistry extends AsyncDisposable {
  /** What npm needs to use it and no other. */
  readonly env: Readonly<Record<string, string>>;
  /** Packages by name: of each one version. */
  readonly packages: ReadonlyMap<string, PublishedPackage>;
}

/**
 * Starts a registry that takes what `npm publish` sends and gives it to `npm install`. As the real one it takes a version once, with a
 * token, and only with the checksum of what came.
 *
 * @param folder for npm's settings and its cache
 */
export async function startNpmRegistry(folder: string): Promise<NpmRegistry> {
  const packages = new Map<
    string,
    PublishedPackage & { readonly version: string; readonly integrity: string }
  >();
  const token = crypto.randomUUID();
  const said = (status: number, error: string) => Response.json({ error }, { status });

  async function publish(request: Request): Promise<Response> {
    if (request.headers.get("authorization") !== `Bearer ${token}`) return said(401, "Unauthorized");
    const document = Document.parse(await request.json());
    const [manifest] = Object.values(document.versions);
    const [attachment] = Object.values(document._attachments);
    if (manifest === undefined || attachment === undefined) return said(400, "Nothing is attached");
    if (packages.has(document.name)) {
      return said(409, "You cannot publish over the previously published versions");
    }
    const tarball = Uint8Array.from(atob(attachment.data), (character) => character.charCodeAt(0));
    const { integrity } = manifest.dist;
    if (integrity !== `sha512-${createHash("sha512").update(tarball).digest("base64")}`) {
      return said(400, "Integrity");
    }
    const { access } = document;
    packages.set(document.name, { manifest, access, tarball, version: manifest.version, integrity });
    return Response.json({ ok: true }, { status: 201 });
  }

  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const url = new URL(request.url);
    const path = decodeURIComponent(url.pathname.slice(1));
    const name = path.replace(/\/-\/tarball$/, "");
    if (request.method === "PUT") return await publish(request);
    const found = packages.get(name);
    if (request.method !== "GET" || found === undefined) return said(404, "Not found");
    if (name !== path) return new Response(found.tarball);
    const { manifest, version, integrity } = found;
    const tarball = `${url.origin}/${encodeURIComponent(name)}/-/tarball`;
    return Response.json({
      name,
      "dist-tags": { latest: version },
      versions: { [version]: { ...manifest, dist: { integrity, tarball } } },
    });
  });
  const address = `127.0.0.1:${server.addr.port}/`;
  const settings = join(folder, "npmrc");
  await Deno.writeTextFile(settings, `registry=http://${address}\n//${address}:_authToken=${token}\n`);
  return {
    packages,
    // In small letters: under npm its own are set, and go first.
    env: {
      npm_config_userconfig: settings,
      npm_config_registry: `http://${address}`,
      npm_config_cache: join(folder, "cache"),
      npm_config_audit: "false",
      npm_config_update_notifier: "false",
    },
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
