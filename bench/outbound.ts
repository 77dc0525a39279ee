import { createServer } from "node:https";
import { createOutbound, parseHostPolicy } from "../supabase/functions/_shared/transport/safe-fetch.ts";
import { createAuthority } from "../tests/support/certificates.ts";
import { quantile, type Row, timed } from "./table.ts";

const REQUESTS = 400;
const ROUNDS = 5;
/** As many as one account of a CalDAV server has at a time. */
const AT_ONCE = 4;
const BODY = "x".repeat(2_000);

/** The transport for addresses that users typed, against plain `fetch` to the same https server. */
export async function outbound(): Promise<readonly Row[]> {
  const authority = await createAuthority();
  // Head and body in one write: where they are two, a server without TCP_NODELAY takes 40 ms for every answer.
  const server = createServer(await authority.issue("localhost"), (_request, response) => {
    response.writeHead(207);
    response.end(BODY);
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      if (address !== null && typeof address === "object") resolve(address.port);
      else reject(new Error("The server has no port."));
    });
  });
  const url = new URL(`https://localhost:${port}/`);
  using client = Deno.createHttpClient({ caCerts: [authority.cert] });
  // As for any server: the name is judged, resolved and checked; the connection leads here.
  const checked = new URL("https://localhost/");
  const options = {
    policy: parseHostPolicy("*"),
    ca_certs: [authority.cert],
    resolve: () => Promise.resolve(["93.184.216.34"]),
    connect: () => Deno.connect({ hostname: "127.0.0.1", port }),
  };
  const kept = createOutbound({ ...options, keep_alive: true });
  const fresh = createOutbound(options);
  const ways = {
    fetch: async () => void await (await fetch(url, { client })).arrayBuffer(),
    kept: async () => void await kept({ method: "GET", url: checked }),
    fresh: async () => void await fresh({ method: "GET", url: checked }),
  };
  try {
    const ms: Record<keyof typeof ways, number[]> = { fetch: [], kept: [], fresh: [] };
    for (let round = 0; round <= ROUNDS; round++) {
      for (const way of ["fetch", "kept", "fresh"] as const) {
        const took_ms = await timed(() => sendAll(ways[way]));
        // The first round warms up.
        if (round > 0) ms[way].push(took_ms);
      }
    }
    const perSecond = (way: keyof typeof ways) => Math.round(REQUESTS / quantile(ms[way], 0.5) * 1_000);
    const ratio = (way: keyof typeof ways) => `${(perSecond(way) / perSecond("fetch")).toFixed(2)} ×`;
    const note = (way: keyof typeof ways) =>
      `${perSecond(way)} requests/s against ${perSecond("fetch")} of fetch`;
    return [
      ["calls to typed addresses, connections kept", ratio("kept"), note("kept")],
      ["calls to typed addresses, one connection each", ratio("fresh"), note("fresh")],
    ];
  } finally {
    kept.close();
    server.closeAllConnections();
    server.close();
  }
}

async function sendAll(send: () => Promise<void>): Promise<void> {
  let left = REQUESTS;
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    while (left-- > 0) await send();
  }));
}
