import assert from "node:assert/strict";
import { Webhook } from "standardwebhooks";
import { z } from "zod";

const Event = z.object({
  type: z.string(),
  timestamp: z.iso.datetime(),
  data: z.looseObject({
    integration_id: z.string().nullable(),
    provider: z.string().nullable(),
    obligation_id: z.string().optional(),
    code: z.string().optional(),
    url: z.string(),
  }),
});

/** A call as it came in. */
export interface Received {
  readonly id: string;
  readonly at: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly event: z.infer<typeof Event>;
}

type Answer = (call: Received) => Response | Promise<Response>;

/** A receiver of webhooks on this machine, with as many addresses as are asked for. */
export interface Receiver {
  readonly origin: string;
  /** An address of its own. */
  address(answer?: Answer): Address;
  close(): Promise<void>;
}

export interface Address {
  readonly url: string;
  readonly calls: readonly Received[];
  /** What it answers from now on. */
  answer: Answer;
}

const NO_CONTENT: Answer = () => new Response(null, { status: 204 });

export function startReceiver(): Receiver {
  const addresses = new Map<string, Address & { readonly calls: Received[] }>();
  const stopped = new AbortController();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, signal: stopped.signal, onListen: () => {} },
    async (request) => {
      const address = addresses.get(new URL(request.url).pathname);
      if (address === undefined) return new Response(null, { status: 404 });
      const body = await request.text();
      const headers = Object.fromEntries(request.headers);
      const call = {
        id: headers["webhook-id"] ?? "",
        at: Date.now(),
        headers,
        body,
        event: Event.parse(JSON.parse(body)),
      };
      address.calls.push(call);
      return await address.answer(call);
    },
  );
  const origin = `http://127.0.0.1:${server.addr.port}`;
  return {
    origin,
    address(answer = NO_CONTENT) {
      const path = `/${crypto.randomUUID()}`;
      const address = { url: `${origin}${path}`, calls: [], answer };
      addresses.set(path, address);
      return address;
    },
    async close() {
      stopped.abort();
      await server.finished;
    },
  };
}

/** Whether a secret of ours made the signature, as the library of Standard Webhooks sees it. */
export function isSigned({ body, headers }: Received, secret: string): boolean {
  try {
    new Webhook(secret).verify(body, { ...headers });
    return true;
  } catch (error: unknown) {
    assert.ok(error instanceof Error && error.message.includes("signature"), String(error));
    return false;
  }
}
