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
    const given = Object.entries(args);
    const list = given.map(([arg], index) => `${arg} => $${index + 1}`).join(", ");
    const values = Values.parse(given.map(([, value]) => value ?? null));
    const [row] = await sql.unsafe(`select to_jsonb(public.${name}(${list})) as value`, values, {
      prepare: true,
    });
    return schema.parse(row?.["value"] ?? null);
  };
}
