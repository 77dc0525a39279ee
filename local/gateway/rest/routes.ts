import { type Context, Hono } from "hono";
import { z } from "zod";
import type { Pool } from "../../postgres/pool.ts";
import type { ProjectKeys } from "../keys.ts";
import { callFunction } from "./call-function.ts";
import { type Caller, callerOf } from "./caller.ts";
import { answerOf, notServed, RestProblem } from "./problems.ts";
import { serveTable } from "./serve-table.ts";

/**
 * `/rest/v1`: functions and tables of schema `public` with PostgREST's semantics, as the caller's role and with the
 * caller's claims; errors as `{code, message, details, hint}`.
 *
 * @param options.pool connections as `authenticator`
 */
export function restRoutes({ pool, keys }: { readonly pool: Pool; readonly keys: ProjectKeys }): Hono {
  const app = new Hono();
  const serve = async (c: Context, answer: (caller: Caller) => Promise<Response>) => {
    let caller: Caller | null = null;
    try {
      caller = await callerOf(c.req.raw.headers, keys);
      onlyPublic(c.req.raw.headers);
      return await answer(caller);
    } catch (error: unknown) {
      return answerOf(c, error, caller?.role ?? null);
    }
  };
  app.post(
    "/rpc/:name",
    (c) => serve(c, (caller) => rpc(c, c.req.param("name"), caller)),
  );
  app.all("/rpc/:name", (c) => serve(c, () => Promise.reject(notServed("functions called with GET"))));
  app.all(
    "/:table",
    (c) => serve(c, (caller) => serveTable(pool.sql, c.req.raw, c.req.param("table"), caller)),
  );
  app.all("/", (c) => serve(c, () => Promise.reject(notServed("the OpenAPI description of the schema"))));
  return app;

  async function rpc(c: Context, name: string, caller: Caller): Promise<Response> {
    const text = await c.req.text();
    const args = Arguments.safeParse(text === "" ? {} : parseJson(text));
    if (!args.success) throw new RestProblem(400, "PGRST102", "Empty or invalid json");
    const names = Object.keys(args.data);
    const answer = await callFunction(pool.sql, name, { names, json: text }, caller);
    if (answer.kind === "unknown") {
      const list = names.sort().join(", ");
      const message = `Could not find the function public.${name}(${list}) in the schema cache`;
      throw new RestProblem(404, "PGRST202", message);
    }
    return answer.kind === "void" ? c.body(null, 204) : c.json(answer.value);
  }
}

/** What is inside is for Postgres to look at, however deep it is. */
const Arguments = z.record(z.string(), z.unknown());

/** supabase-js names the schema with every request. */
function onlyPublic(headers: Headers): void {
  const schema = headers.get("content-profile") ?? headers.get("accept-profile") ?? "public";
  if (schema === "public") return;
  const hint = "Only the following schemas are exposed: public";
  throw new RestProblem(406, "PGRST106", `Invalid schema: ${schema}`, null, hint);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
