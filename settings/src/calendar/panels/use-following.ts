import { useEffect, useRef } from "react";
import type { Integration } from "../../api/types.ts";

/** While a sync goes on, every look at it would be another request. */
const FRESH_FOR_MS = 5_000;

/** Asks again when one of the calendars has changed, as `/status` tells it. */
export function useFollowing(
  { dataUpdatedAt, refetch }: {
    /** Milliseconds since 1970. */
    readonly dataUpdatedAt: number;
    readonly refetch: () => Promise<unknown>;
  },
  integrations: readonly Integration[],
): void {
  const change = integrations.map(({ id, status, sync_enabled, last_synced_at, progress }) =>
    [id, status, sync_enabled, last_synced_at, progress.failed].join(" ")
  ).join();
  const followed = useRef(change);
  useEffect(() => {
    if (followed.current === change) return;
    const timer = setTimeout(() => {
      followed.current = change;
      void refetch();
    }, Math.max(0, dataUpdatedAt + FRESH_FOR_MS - Date.now()));
    return () => clearTimeout(timer);
  }, [change, dataUpdatedAt, refetch]);
}
