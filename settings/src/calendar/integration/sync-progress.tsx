import { useEffect, useState } from "react";
import { useSurroundings } from "../../context.ts";
import { formatNumber, formatTimeLeft } from "../../format.ts";
import type { State } from "../state.ts";
import { type Sample, secondsLeft, withSample } from "../time-left.ts";

/** How far a sync, or the removal of events, has come, and how long it will still take. */
export function SyncProgress({ account, state }: { readonly account: string; readonly state: State }) {
  switch (state.kind) {
    case "syncing":
      return <Bar account={account} done={state.done} total={state.total} left={state.total - state.done} />;
    case "disconnecting":
      return <Bar account={account} done={null} total={state.left} left={state.left} />;
    default:
      return null;
  }
}

function Bar({ account, done, total, left }: {
  readonly account: string;
  /** Null: all that is left has to go. */
  readonly done: number | null;
  readonly total: number;
  readonly left: number;
}) {
  const { strings, locale } = useSurroundings();
  const [samples, setSamples] = useState<readonly Sample[]>([]);
  const [most, setMost] = useState(total);
  useEffect(() => {
    setSamples((known) => withSample(known, { at_ms: performance.now(), left }));
    setMost((known) => Math.max(known, total));
  }, [left, total]);
  const seconds = secondsLeft(samples);
  const max = done === null ? most : total;
  const words = done === null
    ? strings.progress.removing(formatNumber(left, locale))
    : strings.progress.counts(formatNumber(done, locale), formatNumber(total, locale));
  return (
    <div className="ec-progress">
      <progress
        aria-label={strings.progress.name(account)}
        aria-valuetext={words}
        value={done ?? most - left}
        max={Math.max(max, 1)}
      />
      <div className="ec-row ec-spread ec-small">
        <span>{words}</span>
        <span>{seconds === null ? "" : formatTimeLeft(seconds, strings, locale)}</span>
      </div>
    </div>
  );
}
