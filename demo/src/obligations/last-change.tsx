import { useEffect, useRef } from "react";
import type { Changes } from "./use-changes.ts";

const SECOND_MS = 1000;

/** What was done last, when the calendar showed it, and the way back; and what was not saved. */
export function LastChange(
  { changes: { done, problem, isWorking, took_ms } }: { readonly changes: Changes },
) {
  const undo = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    // Deleting takes away the button that had the focus.
    if (done !== null && document.activeElement === document.body) undo.current?.focus();
  }, [done]);
  return (
    <div className="demo-last" data-empty={done === null && problem === ""}>
      <p role="alert">{problem}</p>
      <div role="status">
        <p>{done?.message}</p>
        {done === null || took_ms === null
          ? null
          : <p className="demo-arrived">Seen in the calendar {(took_ms / SECOND_MS).toFixed(1)} s later.</p>}
      </div>
      {done === null ? null : (
        <button
          ref={undo}
          type="button"
          className="demo-link"
          aria-disabled={isWorking}
          onClick={done.undo}
        >
          Undo
        </button>
      )}
    </div>
  );
}
