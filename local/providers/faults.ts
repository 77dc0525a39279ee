import { z } from "zod";

const FaultSchema = z.object({
  match: z.object({
    method: z.string().optional(),
    /** Regular expression over the path. */
    path: z.string().optional(),
  }).default({}),
  kind: z.enum(["latency", "status", "body", "endless", "hang", "drop_before", "drop_after"]),
  status: z.number().int().optional(),
  /** The provider's name for the error; at a token endpoint, OAuth's. */
  reason: z.string().optional(),
  retry_after: z.string().optional(),
  headers: z.record(z.string(), z.string()).optional(),
  /** What Microsoft's token endpoint adds to OAuth's error. */
  error_codes: z.array(z.number().int()).optional(),
  suberror: z.string().optional(),
  body: z.string().optional(),
  content_type: z.string().optional(),
  latency_ms: z.number().optional(),
  /** How often; absent: until cleared. */
  times: z.number().int().positive().optional(),
});
/** What `PUT /emulator/faults` takes. */
export const FaultList: z.ZodType<z.output<typeof FaultSchema>[], Fault[]> = z.array(FaultSchema);

/** A failure to switch on: which requests, and what happens to them. */
export type Fault = z.input<typeof FaultSchema>;

/** What an emulator needs in order to answer a `status` fault in its provider's shape. */
export interface RefusalFault {
  readonly status: number;
  readonly reason: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly error_codes: readonly number[] | undefined;
  readonly suberror: string | undefined;
}

/** Shapes the answer of a `status` fault; `path` tells the token endpoint from the API. */
export type FaultAnswer = (fault: RefusalFault, path: string) => Response;

/** What happens to a request; `cut` closes the connection without an answer. */
export type Fate =
  | { readonly kind: "serve" }
  | { readonly kind: "answer"; readonly response: Response }
  | { readonly kind: "cut" }
  | { readonly kind: "serve_and_cut" }
  | { readonly kind: "hang" };

/** The faults that are switched on. */
export class Faults {
  #list: (z.output<typeof FaultSchema> & { left: number })[] = [];
  readonly #answer: FaultAnswer;
  readonly #plainMethod: (method: string) => string;

  /** @param plainMethod another name that a fault may call a method by */
  constructor(answer: FaultAnswer, plainMethod: (method: string) => string = (method) => method) {
    this.#answer = answer;
    this.#plainMethod = plainMethod;
  }

  /** Replaces every fault. */
  set(faults: readonly Fault[]): void {
    this.#list = z.array(FaultSchema).parse(faults).map((fault) => ({
      ...fault,
      left: fault.times ?? Infinity,
    }));
  }

  clear(): void {
    this.#list = [];
  }

  /** Decides about a request, and waits where latency is switched on. */
  async decide(method: string, path: string): Promise<Fate> {
    for (const fault of this.#list) {
      if (fault.left <= 0) continue;
      const wanted = fault.match.method;
      if (wanted !== undefined && wanted !== method && wanted !== this.#plainMethod(method)) continue;
      if (fault.match.path !== undefined && !new RegExp(fault.match.path).test(path)) continue;
      fault.left--;
      switch (fault.kind) {
        case "latency":
          await new Promise((resolve) => setTimeout(resolve, fault.latency_ms ?? 0));
          continue;
        case "hang":
          return { kind: "hang" };
        case "drop_before":
          return { kind: "cut" };
        case "drop_after":
          return { kind: "serve_and_cut" };
        case "body":
          return {
            kind: "answer",
            response: new Response(fault.body ?? "", {
              status: fault.status ?? 200,
              headers: { "content-type": fault.content_type ?? "text/html" },
            }),
          };
        case "endless":
          return { kind: "answer", response: endlessAnswer(fault.status ?? 200) };
        case "status":
          return {
            kind: "answer",
            response: this.#answer({
              status: fault.status ?? 500,
              reason: fault.reason,
              headers: {
                ...fault.headers,
                ...(fault.retry_after === undefined ? {} : { "retry-after": fault.retry_after }),
              },
              error_codes: fault.error_codes,
              suberror: fault.suberror,
            }, path),
          };
      }
    }
    return { kind: "serve" };
  }
}

const ENDLESS_CHUNK_BYTES = 64 * 1024;

/** JSON that never comes to its end, for as long as somebody reads it. */
function endlessAnswer(status: number): Response {
  const chunk = new TextEncoder().encode(" ".repeat(ENDLESS_CHUNK_BYTES));
  const body = new ReadableStream<Uint8Array>({ pull: (controller) => controller.enqueue(chunk.slice()) });
  return new Response(body, { status, headers: { "content-type": "application/json" } });
}
