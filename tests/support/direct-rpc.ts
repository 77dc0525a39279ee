import type { SerializableParameter, Sql } from "postgres";
import { z } from "zod";
import type { Rpc } from "../../supabase/functions/_shared/platform/rpc.ts";

/** Which types they have to be the driver learns from the server. */
const Values = z.array(z.custom<SerializableParameter>());

/**
 * Calls the database's functions without gateway and HTTP: one prepared statement a call.
 *
 * @param sql connections that may call them, such as a superuser's
 */
export function createDirectRpc(sql: Sql): Rpc {
  return async (name, args, schema) => {
    const names = Object.keys(args);
    const list = names.map((arg, index) => `${arg} => $${index + 1}`).join(", ");
    const values = Values.parse(names.map((arg) => args[arg] ?? null));
    const [row] = await sql.unsafe(`select to_jsonb(public.${name}(${list})) as value`, values, {
      prepare: true,
    });
    return schema.parse(row?.["value"] ?? null);
  };
}
