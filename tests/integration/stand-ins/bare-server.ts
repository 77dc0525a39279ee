import postgres, { type Sql } from "postgres";
import { installExtensions } from "../../../local/extensions/install.ts";
import type { BackgroundWorker } from "../../../local/extensions/pg-net-worker.ts";
import { bootstrap } from "../../../local/postgres/bootstrap.ts";
import { startPostgres } from "../../../local/postgres/server.ts";

/** Runs something on a server that has what a Supabase project has, and none of our migrations. */
export async function withBareServer(
  act: (server: { readonly url: string; readonly sql: Sql }) => Promise<void>,
  startWorker: (url: string, log: (line: string) => void) => BackgroundWorker = () => ({
    stop: async () => {},
  }),
): Promise<void> {
  const server = await startPostgres({ log: () => {} });
  try {
    await installExtensions(server.url);
    await bootstrap({ url: server.url, passwords: {} });
    const worker = startWorker(server.url, () => {});
    const sql = postgres(server.url, { max: 2, onnotice: () => {} });
    try {
      await act({ url: server.url, sql });
    } finally {
      await sql.end({ timeout: 1 });
      await worker.stop();
    }
  } finally {
    await server.stop();
  }
}
