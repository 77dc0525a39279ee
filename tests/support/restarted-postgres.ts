// A process with a server that was restarted once; prints its address and waits to be killed.
import { startPostgres } from "../../local/postgres/server.ts";

const server = await startPostgres({ log: () => {} });
await server.restart("immediate");
console.log(server.url);
await new Promise(() => setInterval(() => {}, 60_000));
