import { z } from "zod";
import { createClient } from "../../supabase/functions/_shared/connections/create-client.ts";
import { getPassword } from "../../supabase/functions/_shared/connections/password.ts";
import { isOAuth } from "../../supabase/functions/_shared/providers/provider.ts";
import { offeredProvider } from "../../supabase/functions/_shared/providers/registry.ts";
import { callbackUri } from "../../supabase/functions/_shared/oauth/callback-uri.ts";
import { LEASE_SECONDS } from "../../supabase/functions/_shared/sync/keep-leases.ts";
import { ClaimedLanes } from "../../supabase/functions/_shared/sync/lane.ts";
import { workLane } from "../../supabase/functions/_shared/sync/work-lane.ts";
import { PROCESSES } from "./operations.ts";
import type { Actor } from "./scheduler.ts";
import { env, uuidOf, type World } from "./world.ts";

type TokenModule = typeof import("../../supabase/functions/_shared/oauth/access-token.ts");

/** `LEASE_SAFE_MS` of `keepLeases`. */
const LEASE_SAFE_S = 12;

/** Each process has its own memory of refreshes under way: the query makes it a module of its own. */
const token_modules: readonly TokenModule[] = await Promise.all(
  Array.from(
    { length: PROCESSES },
    async (_, process): Promise<TokenModule> =>
      await import(
        new URL(`../../supabase/functions/_shared/oauth/access-token.ts?process=${process}`, import.meta.url)
          .href
      ),
  ),
);

/** Processes that work lanes, each one claim at a time, as `syncAllDeadlines` does. */
export class Workers {
  readonly #running = new Map<
    number,
    { readonly actor: Actor; readonly worker_id: string; unrenewed_s: number }
  >();
  #started = 0;

  constructor(readonly world: World) {}

  /** Has a process claim what is due and work it; nothing where it works already. */
  start(process: number): Actor | null {
    if (this.#running.has(process)) return null;
    const { scheduler } = this.world;
    const worker_id = uuidOf("worker", ++this.#started);
    const actor = scheduler.start(`worker ${this.#started}`, async (self) => {
      try {
        await this.#work(self, worker_id, process);
      } finally {
        this.#running.delete(process);
      }
    });
    this.#running.set(process, { actor, worker_id, unrenewed_s: 0 });
    return actor;
  }

  /** Renews the leases of a process, if it runs. */
  async renew(process: number): Promise<void> {
    const running = this.#running.get(process);
    if (running === undefined) return;
    await this.world.rpc(
      "calendar_renew",
      { p_worker: running.worker_id, p_lease_s: LEASE_SECONDS },
      z.array(z.string()),
    );
    running.unrenewed_s = 0;
  }

  /**
   * Time goes by.
   *
   * @returns the workers that take their leases for lost, as `keepLeases` tells them
   */
  age(seconds: number): readonly Actor[] {
    return [...this.#running.values()].filter((running) => (running.unrenewed_s += seconds) >= LEASE_SAFE_S)
      .map(({ actor }) => actor);
  }

  async #work(self: Actor, worker_id: string, process: number): Promise<void> {
    const { rpc, providers, tally } = this.world;
    const tokens = token_modules[process];
    if (tokens === undefined) throw new Error(`There is no process ${process}`);
    const lanes = await rpc(
      "calendar_claim",
      { p_worker: worker_id, p_lanes: 4, p_lease_s: LEASE_SECONDS },
      ClaimedLanes,
    );
    const pulls = lanes.filter(({ kind }) => kind === "pull").length;
    tally.count("pulls", pulls);
    tally.count("lanes worked", lanes.length - pulls);
    // Lanes come in no certain order.
    const ordered = lanes.toSorted((a, b) =>
      `${a.user_id}${a.provider}` < `${b.user_id}${b.provider}` ? -1 : 1
    );
    await Promise.all(ordered.map(async (lane) => {
      const provider = offeredProvider(providers, lane.provider);
      const abort = new AbortController();
      self.aborts.add(abort);
      await workLane(lane, {
        rpc,
        worker_id,
        clientFor: (_, access_token, budget) =>
          createClient(provider, access_token, { owner: lane.user_id, calendar: lane.calendar, budget }),
        // Nothing calls us here: what users change is found by polls.
        newChannel: () => Promise.resolve(null),
        getValidAccessToken: async (_, rejected_token) => {
          const { integration_id, user_id } = lane;
          if (!isOAuth(provider)) {
            const [known, rejected] = [lane.access_token, rejected_token];
            return await getPassword({ rpc, provider, integration_id, user_id, known, rejected });
          }
          return await tokens.getValidAccessToken({
            rpc,
            provider,
            callback_uri: callbackUri(env),
            integration_id,
            known: lane.access_token !== null && lane.token_expires_at !== null
              ? { access_token: lane.access_token, expires_at: lane.token_expires_at }
              : null,
            rejected_token,
          });
        },
        revokeToken: async (_, refresh_token) => {
          if (isOAuth(provider)) await provider.connector.revokeToken(refresh_token);
        },
      }, abort.signal);
      self.aborts.delete(abort);
    }));
    await rpc("calendar_retire", { p_worker: worker_id }, z.boolean());
  }
}
