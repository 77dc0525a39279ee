import { type Rpc, RpcError } from "../../supabase/functions/_shared/platform/rpc.ts";
import { Crash, type Scheduler } from "./scheduler.ts";
import type { Tally } from "./tally.ts";

/** What can happen to an await. The part after the dash says whether what was asked for was done. */
export const FAULTS = [
  "crash-before",
  "crash-after",
  "lost-before",
  "lost-after",
  "unavailable-before",
  "unavailable-after",
  "throttled-before",
  "unauthorized-before",
] as const;
export type Fault = (typeof FAULTS)[number];

/** What an await outside of the engine can meet: the same faults for the database, the calendars and the token endpoint. */
export interface FaultInjector {
  /** @param broken what the caller sees of a fault that is no crash */
  at<T>(
    boundary: "rpc" | "provider" | "token",
    label: string,
    work: () => Promise<T>,
    broken: (fault: Fault) => T,
    signal?: AbortSignal | null,
  ): Promise<T>;
}

export function createFaultInjector(scheduler: Scheduler, tally: Tally): FaultInjector {
  return {
    async at(boundary, label, work, broken, signal) {
      const { actor } = scheduler;
      const fault = await scheduler.turn(label, signal);
      if (signal?.aborted) {
        tally.count("cut");
        throw new DOMException("The request was cut.", "AbortError");
      }
      if (fault !== null) tally.count(`${boundary} ${fault}`);
      if (fault === null) return await scheduler.outside(work);
      if (fault.endsWith("-after")) await scheduler.outside(work);
      if (fault.startsWith("crash")) {
        if (actor !== null) scheduler.kill(actor);
        throw new Crash();
      }
      return broken(fault);
    },
  };
}

/** A database that fails, or whose answers get lost. */
export function withFaults(rpc: Rpc, injector: FaultInjector): Rpc {
  return (name, args, schema) =>
    injector.at("rpc", name, () => rpc(name, args, schema), () => {
      throw new RpcError(name, "", "the connection was lost");
    });
}
