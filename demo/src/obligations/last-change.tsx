import { useEffect, useRef } from "react";
import type { Changes } from "./use-changes.ts";

/** What was done last, with the way back; and what was not saved. */
export function LastChange({ changes: { done, problem, isWorking } }: { readonly changes: Changes }) {
  const undo = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    // Deleting takes away the button that had the focus.
    if (done !== null && document.activeElement === document.body) undo.current?.focus();
  }, [done]);
  return (
    <div className="demo-last" data-empty={done === null && problem === ""}>
      <p role="alert">{problem}</p>
      <p role="status">{done?.message}</p>
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
