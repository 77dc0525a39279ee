import { type FormEvent, useEffect, useRef, useState } from "react";
import { changeOf, draftOf, type Obligation } from "./obligation.ts";
import { ObligationFields } from "./obligation-fields.tsx";
import { type Changes, readersZone } from "./use-changes.ts";

/** Everything of one obligation, to be changed at once. */
export function EditDialog({ row, changes, onClose }: {
  readonly row: Obligation;
  readonly changes: Changes;
  onClose(): void;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [draft, setDraft] = useState(() => draftOf(row));
  useEffect(() => dialog.current?.showModal(), []);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const change = changeOf(draft, row.time_zone ?? readersZone());
    if (await changes.change(row, change, `${change.title} is changed.`)) dialog.current?.close();
  };
  return (
    <dialog ref={dialog} className="demo-dialog" aria-labelledby="edit-heading" onClose={onClose}>
      <h3 id="edit-heading">Edit {row.title}</h3>
      <form className="demo-form" onSubmit={(event) => void submit(event)}>
        <ObligationFields draft={draft} onChange={setDraft} with_description />
        <div className="demo-actions demo-wide">
          <button type="submit" className="demo-button demo-primary" aria-disabled={changes.isWorking}>
            Save
          </button>
          <button type="button" className="demo-button" onClick={() => dialog.current?.close()}>
            Cancel
          </button>
        </div>
      </form>
    </dialog>
  );
}
