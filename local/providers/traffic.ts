import type { Fate, Faults } from "./faults.ts";
import type { ObservedState } from "./observed-state.ts";

/** How a request ended; `cut` and `hung` have no answer. */
export type Outcome =
  | { readonly kind: "answered"; readonly response: Response }
  | { readonly kind: "cut" }
  | { readonly kind: "hung" };

/** Whether a mailbox lets a request in; `leave` is called once it is through. */
export type Admission =
  | { readonly kind: "admitted"; readonly leave: () => void }
  | { readonly kind: "refused"; readonly response: Response };

/** The one way in for requests, alone or in a batch, so that faults, limits and the log see all of them. */
export interface Traffic {
  direct(request: Request): Promise<Outcome>;
  /**
   * Carries out a request of a batch.
   *
   * @param bindings what the routes find in `c.env`
   * @returns null where its answer is lost
   */
  part(request: Request, bindings?: Record<string, unknown>): Promise<Response | null>;
}

/** @param options.admit called before faults, so that a slow request still counts as one in flight */
export function createTraffic({ state, faults, fetch, admit }: {
  readonly state: ObservedState;
  readonly faults: Faults;
  readonly fetch: (request: Request, bindings: Record<string, unknown>) => Response | Promise<Response>;
  readonly admit?: (request: Request, path: string) => Admission;
}): Traffic {
  async function carryOut(
    request: Request,
    path: string,
    bindings: Record<string, unknown>,
  ): Promise<Outcome> {
    const admission: Admission = admit?.(request, path) ?? { kind: "admitted", leave: () => {} };
    if (admission.kind === "refused") return { kind: "answered", response: admission.response };
    try {
      const fate: Fate = await faults.decide(request.method, path);
      switch (fate.kind) {
        case "hang":
          return { kind: "hung" };
        case "cut":
          return { kind: "cut" };
        case "answer":
          return { kind: "answered", response: fate.response };
        case "serve":
          return { kind: "answered", response: await fetch(request, bindings) };
        case "serve_and_cut":
          await (await fetch(request, bindings)).body?.cancel();
          return { kind: "cut" };
      }
    } finally {
      admission.leave();
    }
  }

  async function logged(
    request: Request,
    bindings: Record<string, unknown>,
    mark: { readonly in_batch?: true },
  ): Promise<Outcome> {
    const path = new URL(request.url).pathname;
    const outcome = await carryOut(request, path, bindings);
    state.logRequest({
      at: new Date().toISOString(),
      method: request.method,
      path,
      status: outcome.kind === "answered" ? outcome.response.status : 0,
      ...mark,
    });
    return outcome;
  }

  return {
    direct: (request) => logged(request, {}, {}),
    part: async (request, bindings = {}) => {
      const outcome = await logged(request, bindings, { in_batch: true });
      return outcome.kind === "answered" ? outcome.response : null;
    },
  };
}
