import { dirname, join, normalize } from "node:path";
import { z } from "zod";

/** Management API limits: name and size of a function secret. */
const SECRET_BYTES_MAX = 48 * 1024;
const Secrets = z.array(z.strictObject({
  name: z.string().regex(/^(?!SUPABASE_)[A-Z][A-Z0-9_]*$/),
  value: z.string().refine((value) => new TextEncoder().encode(value).length <= SECRET_BYTES_MAX),
}));
const Metadata = z.strictObject({
  name: z.string(),
  entrypoint_path: z.string(),
  import_map_path: z.string(),
  static_patterns: z.array(z.string()).length(0),
  verify_jwt: z.boolean(),
});
const Listed = z.array(z.looseObject({ slug: z.string() }));

/** A function as it was uploaded. */
export interface UploadedFunction {
  readonly metadata: z.infer<typeof Metadata>;
  /** Paths of all its files. */
  readonly files: readonly string[];
}

/** What of Supabase's Management API the commands of docs/deploy/deploy.md call, for one empty project. */
export interface ManagementApi {
  readonly url: string;
  readonly secrets: Map<string, string>;
  /** By slug, in the order in which they were uploaded. */
  readonly functions: Map<string, UploadedFunction>;
  /** Slugs that the last call of a deployment made live. */
  readonly live: Set<string>;
  /** Calls that it does not know, or found wrong; without bodies. */
  readonly refused: string[];
  stop(): Promise<void>;
}

/**
 * Starts the stand-in. It refuses what it does not know, as strictly as it knows how.
 *
 * @param options.token the access token that calls have to carry
 * @param options.uploads the folder that uploaded files are written to, below the path that they came with
 */
export function startManagementApi(options: {
  readonly ref: string;
  readonly token: string;
  readonly uploads: string;
}): ManagementApi {
  const { ref, token, uploads } = options;
  const secrets = new Map<string, string>();
  const functions = new Map<string, UploadedFunction>();
  const live = new Set<string>();
  const refused: string[] = [];
  const answer = async (request: Request): Promise<Response | null> => {
    const { pathname, searchParams } = new URL(request.url);
    if (request.headers.get("authorization") !== `Bearer ${token}`) return null;
    switch (`${request.method} ${pathname}`) {
      case `GET /v1/projects/${ref}`:
        return Response.json(projectOf(ref));
      case `GET /v1/projects/${ref}/api-keys`:
        return Response.json([{ name: "anon", api_key: "not a key", id: "1", type: "legacy" }]);
      case `GET /v1/projects/${ref}/pgsodium`:
        return Response.json({ root_key: "not a root key" });
      case `POST /v1/projects/${ref}/secrets`:
        for (const { name, value } of Secrets.parse(await request.json())) secrets.set(name, value);
        return new Response(null, { status: 201 });
      case `DELETE /v1/projects/${ref}/secrets`:
        for (const name of z.array(z.string()).parse(await request.json())) secrets.delete(name);
        return Response.json({});
      case `POST /v1/projects/${ref}/functions/deploy`: {
        const slug = z.string().regex(/^[a-z][a-z0-9-]*$/).parse(searchParams.get("slug"));
        functions.set(slug, await receive(await request.formData(), uploads));
        return Response.json({ ...deployedOf(slug), verify_jwt: functions.get(slug)?.metadata.verify_jwt }, {
          status: 201,
        });
      }
      case `PUT /v1/projects/${ref}/functions`: {
        live.clear();
        for (const { slug } of Listed.parse(await request.json())) if (functions.has(slug)) live.add(slug);
        return Response.json({ functions: [...live].map(deployedOf) });
      }
      // Optional in `link`, and this project has neither.
      case `GET /v1/projects/${ref}/config/storage`:
      case `GET /v1/projects/${ref}/config/database/pooler`:
        return Response.json({ message: "not found" }, { status: 404 });
      default:
        return null;
    }
  };
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const call = `${request.method} ${new URL(request.url).pathname}`;
    try {
      const answered = await answer(request);
      if (answered !== null) return answered;
      refused.push(call);
    } catch (error: unknown) {
      refused.push(`${call}: ${error instanceof Error ? error.name : "wrong"}`);
    }
    return Response.json({ message: "refused" }, { status: 400 });
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    secrets,
    functions,
    live,
    refused,
    stop: () => server.shutdown(),
  };
}

async function receive(form: FormData, uploads: string): Promise<UploadedFunction> {
  const metadata = Metadata.parse(JSON.parse(z.string().parse(form.get("metadata"))));
  const files: string[] = [];
  for (const entry of form.getAll("file")) {
    if (!(entry instanceof File)) throw new Error("A file is not a file.");
    const path = join(uploads, normalize(entry.name));
    if (!path.startsWith(`${uploads}/`)) throw new Error("A file lies outside the project.");
    await Deno.mkdir(dirname(path), { recursive: true });
    await Deno.writeFile(path, new Uint8Array(await entry.arrayBuffer()));
    files.push(normalize(entry.name));
  }
  return { metadata, files };
}

function projectOf(ref: string) {
  return {
    id: ref,
    ref,
    organization_id: "organisation",
    organization_slug: "organisation",
    name: "stand-in",
    region: "eu-central-1",
    created_at: "2026-11-24T00:00:00Z",
    status: "ACTIVE_HEALTHY",
    database: {
      host: `db.${ref}.example.com`,
      version: "17.6.1.001",
      postgres_engine: "17",
      release_channel: "ga",
    },
  };
}

function deployedOf(slug: string) {
  const at = Date.UTC(2026, 10, 24);
  return {
    id: `function-${slug}`,
    slug,
    name: slug,
    version: 1,
    status: "ACTIVE",
    created_at: at,
    updated_at: at,
  };
}
