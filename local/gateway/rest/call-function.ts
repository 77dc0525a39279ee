import type { Sql } from "postgres";
import type { z } from "zod";
import { actAs, type Caller } from "./caller.ts";
import { literal, quoted } from "./sql-text.ts";

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

export type FunctionAnswer =
  | { readonly kind: "unknown" }
  | { readonly kind: "void" }
  | { readonly kind: "value"; readonly value: z.core.util.JSONType };

/**
 * Calls a function of schema `public` with PostgREST's semantics: one transaction as the caller, arguments by name.
 *
 * @param sql connections as `authenticator`
 * @param args their names, and the JSON object that holds their values
 */
export async function callFunction(
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

    await actAs(transaction, caller);
    const typeOf = (arg: string) => callee.types?.[callee.names?.indexOf(arg) ?? -1] ?? "text";
    const list = given.map((arg) => `${quoted(arg)} => ${expressionOf(arg, typeOf(arg))}`).join(", ");
    const call = `public.${quoted(name)}(${list})`;
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
  const key = literal(arg);
  if (type === "jsonb" || type === "json") return `nullif($1::text::jsonb -> ${key}, 'null'::jsonb)::${type}`;
  if (type.endsWith("[]")) {
    return `(case when jsonb_typeof($1::text::jsonb -> ${key}) = 'array' then array(select jsonb_array_elements_text($1::text::jsonb -> ${key})) end)::${type}`;
  }
  return `($1::text::jsonb ->> ${key})::${type}`;
}
