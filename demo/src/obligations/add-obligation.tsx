import { type FormEvent, useRef, useState } from "react";
import { dayFromNow, type Draft, EMPTY } from "./obligation.ts";
import { ObligationFields } from "./obligation-fields.tsx";
import type { Changes } from "./use-changes.ts";

const AT_ONCE = 200;
/** Near enough to be in the month that the calendar shows. */
const DUE_IN_DAYS = 3;

const newDraft = (): Draft => ({ ...EMPTY, day: dayFromNow(DUE_IN_DAYS) });

/** Adds one, or many in one statement. */
export function AddObligation({ changes }: { readonly changes: Changes }) {
  const [draft, setDraft] = useState(newDraft);
  const form = useRef<HTMLFormElement>(null);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!await changes.add(draft)) return;
    setDraft(newDraft());
    form.current?.querySelector("input")?.focus();
  };
  return (
    <form
      ref={form}
      className="demo-form"
      aria-label="New obligation"
      onSubmit={(event) => void submit(event)}
    >
      <ObligationFields draft={draft} onChange={setDraft} with_description={false} />
      <div className="demo-actions demo-wide">
        <button type="submit" className="demo-button demo-primary" aria-disabled={changes.isWorking}>
          Add
        </button>
        <button
          type="button"
          className="demo-button"
          aria-disabled={changes.isWorking}
          onClick={() => void changes.addSamples(AT_ONCE)}
        >
          Add {AT_ONCE} at once
        </button>
      </div>
    </form>
  );
}
