import { z } from "zod";
import { GoogleError } from "./errors.ts";

const FaultSchema = z.object({
  match: z.object({
    method: z.string().optional(),
    /** Regular expression over the path. */
    path: z.string().optional(),
  }).default({}),
  kind: z.enum(["latency", "status", "body", "hang", "drop_before", "drop_after"]),
  status: z.number().int().optional(),
  reason: z.string().optional(),
  retry_after: z.string().optional(),
  body: z.string().optional(),
  content_type: z.string().optional(),
  latency_ms: z.number().optional(),
  /** How often; absent: until cleared. */
  times: z.number().int().positive().optional(),
});
export const FaultList = z.array(FaultSchema);
export type Fault = z.input<typeof FaultSchema>;

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

  set(faults: readonly Fault[]): void {
    this.#list = FaultList.parse(faults).map((fault) => ({ ...fault, left: fault.times ?? Infinity }));
  }

  clear(): void {
    this.#list = [];
  }

  /** Decides about a request, and waits where latency is switched on. */
  async decide(method: string, path: string): Promise<Fate> {
    for (const fault of this.#list) {
      if (fault.left <= 0) continue;
      if (fault.match.method !== undefined && fault.match.method !== method) continue;
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
        case "status":
          return { kind: "answer", response: statusResponse(fault, path) };
      }
    }
    return { kind: "serve" };
  }
}

/** In the shape of whom it stands for: the token endpoint's errors are OAuth's. */
function statusResponse(
  fault: { status?: number | undefined; reason?: string | undefined; retry_after?: string | undefined },
  path: string,
) {
  const status = fault.status ?? 500;
  const reason = fault.reason ?? "backendError";
  const headers: Record<string, string> = fault.retry_after === undefined
    ? {}
    : { "retry-after": fault.retry_after };
  return path === "/token"
    ? Response.json({ error: reason, error_description: "Switched on in the emulator." }, { status, headers })
    : new GoogleError(status, reason, "Switched on in the emulator.", headers).toResponse();
}
