import { z } from "zod";

const Body = z.strictObject({
  from: z.string().min(1),
  to: z.array(z.email()).length(1),
  subject: z.string().min(1),
  text: z.string().min(1),
  html: z.string().min(1),
  headers: z.record(z.string(), z.string()),
});

/** A mail that was taken. */
export interface TakenMail extends z.infer<typeof Body> {
  readonly key: string;
}

/** What becomes of the next request instead of what it asks for. */
export type MailFault =
  /** It is refused. */
  | {
    readonly kind: "status";
    readonly status: number;
    readonly name?: string;
    readonly retry_after?: string;
  }
  /** The mail is taken, and no answer comes. */
  | { readonly kind: "taken_in_silence" }
  /** The mail is not taken, and no answer comes. */
  | { readonly kind: "silence" };

/** A provider of mail, as strict as Resend and stricter: without a key it takes nothing, and a key is good for one mail. */
export interface MailServer {
  readonly url: string;
  readonly api_key: string;
  readonly taken: readonly TakenMail[];
  /** Every request that came, faults among them: its key and its body to the letter. */
  readonly requests: readonly { readonly key: string; readonly body: string }[];
  /** Of the next requests, in this order. */
  readonly faults: MailFault[];
  /** Mails to an address. */
  to(address: string): readonly TakenMail[];
  close(): Promise<void>;
}

/** Listens on a free port of this machine. */
export function startMailServer(): MailServer {
  const api_key = `re_${crypto.randomUUID()}`;
  const taken: TakenMail[] = [];
  const requests: { key: string; body: string }[] = [];
  const faults: MailFault[] = [];
  const known = new Map<string, { readonly body: string; readonly id: string }>();
  const closing = new AbortController();

  const take = (key: string, text: string): Response => {
    const before = known.get(key);
    if (before !== undefined) {
      return before.body === text
        ? Response.json({ id: before.id })
        : refusal(409, "invalid_idempotent_request", "The key was used with another body.");
    }
    const body = Body.safeParse(JSON.parse(text));
    if (!body.success) return refusal(422, "missing_required_field", z.prettifyError(body.error));
    const id = crypto.randomUUID();
    known.set(key, { body: text, id });
    taken.push({ ...body.data, key });
    return Response.json({ id });
  };
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
    const text = await request.text();
    const key = request.headers.get("idempotency-key") ?? "";
    requests.push({ key, body: text });
    if (request.method !== "POST" || new URL(request.url).pathname !== "/emails") {
      return refusal(404, "not_found", "There is nothing here.");
    }
    if (request.headers.get("authorization") !== `Bearer ${api_key}`) {
      return refusal(401, "missing_api_key", "The key is missing or wrong.");
    }
    if (request.headers.get("content-type") !== "application/json") {
      return refusal(415, "validation_error", "The body is no JSON.");
    }
    if (key.length < 1 || key.length > 256) {
      return refusal(400, "invalid_idempotency_key", "The key must have 1 to 256 characters.");
    }
    const fault = faults.shift();
    if (fault === undefined) return take(key, text);
    if (fault.kind === "status") {
      return refusal(fault.status, fault.name ?? "application_error", "It is as it is.", fault.retry_after);
    }
    if (fault.kind === "taken_in_silence") take(key, text);
    return await new Promise<Response>((resolve) => {
      const end = () => resolve(new Response(null, { status: 503 }));
      request.signal.addEventListener("abort", end, { once: true });
      closing.signal.addEventListener("abort", end, { once: true });
    });
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    api_key,
    taken,
    requests,
    faults,
    to: (address) => taken.filter((mail) => mail.to.includes(address)),
    close: () => {
      closing.abort();
      return server.shutdown();
    },
  };
}

function refusal(status: number, name: string, message: string, retry_after?: string): Response {
  return Response.json({ statusCode: status, name, message }, {
    status,
    headers: retry_after === undefined ? {} : { "retry-after": retry_after },
  });
}
