import { useEffect, useMemo, useRef, useState } from "react";
import type { EmulatedCalendars } from "../config.ts";

/** How soon a change is seen in the calendar beside it. */
export interface Arrival {
  /** Measures from now on: these obligations are about to be changed. */
  expect(ids: readonly string[]): void;
  /** How long it took until the last of them was seen; null: not seen yet. */
  readonly took_ms: number | null;
}

/** The version of each obligation's event, by the obligation's id. */
type Versions = Readonly<Record<string, string>>;

interface Expected {
  readonly ids: readonly string[];
  readonly origin: string;
  readonly before: Versions;
  readonly at_ms: number;
}

/**
 * Listens to what the emulator's page in the frame says that it shows; local/providers/page-host.ts has the other side.
 *
 * @param calendars whose pages may say so
 */
export function useArrival(calendars: readonly EmulatedCalendars[]): Arrival {
  const shown = useRef<{ readonly origin: string; readonly versions: Versions } | null>(null);
  const expected = useRef<Expected | null>(null);
  const [took_ms, setTook] = useState<number | null>(null);
  useEffect(() => {
    const origins = calendars.map(({ url }) => new URL(url).origin);
    const listen = ({ origin, data }: MessageEvent<unknown>) => {
      if (!origins.includes(origin) || !isCalendar(data)) return;
      shown.current = { origin, versions: data.versions };
      const waiting = expected.current;
      if (waiting === null || waiting.origin !== origin) return;
      if (waiting.ids.some((id) => data.versions[id] === waiting.before[id])) return;
      expected.current = null;
      setTook(performance.now() - waiting.at_ms);
    };
    addEventListener("message", listen);
    return () => removeEventListener("message", listen);
  }, [calendars]);
  return useMemo(() => ({
    took_ms,
    expect(ids) {
      setTook(null);
      expected.current = shown.current && {
        ids,
        origin: shown.current.origin,
        before: shown.current.versions,
        at_ms: performance.now(),
      };
    },
  }), [took_ms]);
}

function isCalendar(data: unknown): data is { readonly versions: Versions } {
  return typeof data === "object" && data !== null && "kind" in data && data.kind === "calendar" &&
    "versions" in data;
}
