import type { Hono } from "hono";
import type { Faults } from "./faults.ts";
import { listen } from "./http-server.ts";
import type { Traffic } from "./traffic.ts";

/** A running emulator: authority and API under one address. */
export interface Emulator<State> {
  readonly url: string;
  readonly state: State;
  readonly faults: Faults;
  close(): Promise<void>;
}

/**
 * Opens an emulator to the network of this machine. Its page and its controls are not the provider's: no fault reaches
 * them and no log shows them.
 */
export async function startEmulator<State>({ state, faults, app, traffic, event_pages }: {
  readonly state: State;
  readonly faults: Faults;
  readonly app: Hono;
  readonly traffic: Traffic;
  /** How the addresses of single events' pages begin; absent: there are none. */
  readonly event_pages?: string;
}): Promise<Emulator<State>> {
  const { url, close } = await listen(async (request) => {
    const { pathname } = new URL(request.url);
    const is_page = pathname === "/" || pathname.startsWith("/emulator") ||
      (event_pages !== undefined && pathname.startsWith(event_pages));
    return is_page ? { kind: "answered", response: await app.fetch(request) } : await traffic.direct(request);
  });
  return { url, state, faults, close };
}
