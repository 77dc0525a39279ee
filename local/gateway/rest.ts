import { Hono } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import postgres, { type Sql } from "postgres";
import { z } from "zod";
import type { Pool } from "../postgres/pool.ts";
import type { Claims, ProjectKeys } from "./keys.ts";

interface DatabaseFunction {
  readonly oid: number;
  readonly names: string[] | null;
  readonly types: string[] | null;
  readonly required: number;
  readonly returns_set: boolean;
  readonly returns_composite: boolean;
  readonly returns_void: boolean;
  readonly returns_json: boolean;
}

/**
 * `/rest/v1/rpc/<function>` with PostgREST's semantics: one transaction as the caller's role, arguments by name,
 * errors as `{code, message, details, hint}`. Tables are not served: nothing here uses them.
 *
 * @param options.pool connections as `authenticator`
 */
export function restRoutes({ pool, keys }: { readonly pool: Pool; readonly keys: ProjectKeys }): Hono {
  const app = new Hono();
  app.post("/rpc/:name", async (c) => {
    const caller = await callerOf(c.req.raw.headers, keys);
    if (caller === null) return c.json(problem("PGRST301", "JWT could not be verified"), 401);
    const text = await c.req.text();
    const args = Arguments.safeParse(text === "" ? {} : parseJson(text));
    if (!args.success) return c.json(problem("PGRST102", "Empty or invalid json"), 400);
    try {
      const answer = await callFunction(pool.sql, c.req.param("name"), {
        names: Object.keys(args.data),
        json: text,
      }, caller);
      if (answer.kind === "unknown") {
        const names = Object.keys(args.data).sort().join(", ");
        return c.json(
          problem(
            "PGRST202",
            `Could not find the function public.${c.req.param("name")}(${names}) in the schema cache`,
          ),
          404,
        );
      }
      return answer.kind === "void" ? c.body(null, 204) : c.json(answer.value);
    } catch (error: unknown) {
      if (!(error instanceof postgres.PostgresError)) {
        return c.json(problem("PGRST000", "Could not connect with the database"), 503);
      }
      return c.json({
        code: error.code,
        message: error.message,
        details: error.detail ?? null,
        hint: error.hint ?? null,
      }, statusOf(error.code, caller.role));
    }
  });
  return app;
}

/** What is inside is for Postgres to look at, however deep it is. */
const Arguments = z.record(z.string(), z.unknown());

interface Caller {
  readonly role: Claims["role"];
  readonly claims: Record<string, unknown>;
  /** Of the call, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A user's token decides; without one the API key does. A token that does not verify is refused. */
async function callerOf(headers: Headers, keys: ProjectKeys): Promise<Caller | null> {
  const apikey = headers.get("apikey");
  const bearer = headers.get("authorization")?.replace(/^Bearer /i, "");
  const roles: Record<string, Claims["role"]> = { [keys.publishable]: "anon", [keys.secret]: "service_role" };
  const keyRole = apikey === null ? undefined : roles[apikey];
  if (keyRole === undefined) return null;
  const named = Object.fromEntries(headers);
  // supabase-js sends the API key as the bearer too when nobody is signed in.
  if (bearer === undefined || bearer === apikey) {
    return { role: keyRole, claims: { role: keyRole }, headers: named };
  }
  const claims = await keys.verifyAccessToken(bearer);
  return claims === null ? null : { role: claims.role, claims, headers: named };
}

type FunctionAnswer =
  | { readonly kind: "unknown" }
  | { readonly kind: "void" }
  | { readonly kind: "value"; readonly value: z.core.util.JSONType };

async function callFunction(
  sql: Sql,
  name: string,
  args: { readonly names: readonly string[]; readonly json: string },
  caller: Caller,
): Promise<FunctionAnswer> {
  return await sql.begin(async (transaction) => {
    const candidates = await transaction<DatabaseFunction[]>`
      select p.oid, p.proargnames as names, p.pronargs - p.pronargdefaults as required, p.proretset as returns_set,
        t.typtype = 'c' as returns_composite, p.prorettype = 'void'::regtype as returns_void,
        p.prorettype = 'json'::regtype as returns_json,
        array(select format_type(type, null) from unnest(p.proargtypes::oid[]) with ordinality as a (type, n) order by n)
          as types
      from pg_proc as p join pg_type as t on t.oid = p.prorettype
      where p.pronamespace = 'public'::regnamespace and p.proname = ${name} and p.prokind = 'f'`;
    const given = args.names;
    const found = candidates.filter(({ names, required }) =>
      given.every((arg) => names?.includes(arg)) &&
      (names ?? []).slice(0, required).every((arg) => given.includes(arg))
    );
    const [callee] = found;
    if (callee === undefined || found.length > 1) return { kind: "unknown" };

    await transaction`select set_config('role', ${caller.role}, true),
      set_config('request.jwt.claims', ${JSON.stringify(caller.claims)}, true),
      set_config('request.headers', ${JSON.stringify(caller.headers)}, true),
      set_config('search_path', 'public, extensions', true),
      set_config('statement_timeout', ${STATEMENT_TIMEOUTS[caller.role]}, true)`;
    const typeOf = (arg: string) => callee.types?.[callee.names?.indexOf(arg) ?? -1] ?? "text";
    const list = given.map((arg) => `${quote(arg)} => ${expressionOf(arg, typeOf(arg))}`).join(", ");
    const call = `public.${quote(name)}(${list})`;
    const used = given.length === 0 ? [] : [args.json];
    if (callee.returns_void) {
      await transaction.unsafe(`select ${call}`, used);
      return { kind: "void" };
    }
    const query = callee.returns_set
      ? `select coalesce(jsonb_agg(to_jsonb(result)), '[]') as value from ${call} as result`
      : callee.returns_json
      ? `select ${call} as value`
      : `select to_jsonb(${call}) as value`;
    const [row] = await transaction.unsafe<{ value: z.core.util.JSONType }[]>(query, used);
    return { kind: "value", value: row?.value ?? null };
  });
}

/** PostgREST reads each argument out of one JSON parameter, as the type that the function wants. */
function expressionOf(arg: string, type: string): string {
  const key = `'${arg.replaceAll("'", "''")}'`;
  if (type === "jsonb" || type === "json") return `nullif($1::text::jsonb -> ${key}, 'null'::jsonb)::${type}`;
  if (type.endsWith("[]")) {
    return `(case when jsonb_typeof($1::text::jsonb -> ${key}) = 'array' then array(select jsonb_array_elements_text($1::text::jsonb -> ${key})) end)::${type}`;
  }
  return `($1::text::jsonb ->> ${key})::${type}`;
}

/** As hosted Supabase sets them on its roles; `set role` alone does not apply a role's settings. */
const STATEMENT_TIMEOUTS = { anon: "3s", authenticated: "8s", service_role: "0" } as const;

/** PostgREST documentation, "Errors": HTTP status by SQLSTATE. */
function statusOf(code: string, role: string): ContentfulStatusCode {
  const custom = /^PT([45]\d\d)$/.exec(code)?.[1];
  if (custom !== undefined) {
    return z.number().transform((n): ContentfulStatusCode => n === 404 ? 404 : n === 409 ? 409 : 400).parse(
      Number(custom),
    );
  }
  if (code === "42501") return role === "anon" ? 401 : 403;
  if (code === "42883" || code === "42P01") return 404;
  if (code === "23503" || code === "23505") return 409;
  if (code === "25006") return 405;
  if (code === "P0001" || code.startsWith("22") || code.startsWith("23")) return 400;
  if (code.startsWith("28")) return 403;
  if (code.startsWith("54")) return 413;
  if (code.startsWith("08") || code.startsWith("53") || code.startsWith("57P0")) return 503;
  return 500;
}

function problem(code: string, message: string) {
  return { code, message, details: null, hint: null };
}

function quote(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
