import { useState } from "react";
import type { Arrival } from "../calendars/use-arrival.ts";
import type { Supabase } from "../supabase.ts";
import { AddObligation } from "./add-obligation.tsx";
import { EditDialog } from "./edit-dialog.tsx";
import { LastChange } from "./last-change.tsx";
import type { Obligation } from "./obligation.ts";
import { ObligationRow } from "./obligation-row.tsx";
import { useChanges } from "./use-changes.ts";
import { useObligations } from "./use-obligations.ts";

const SHOWN = 30;

/** The host's own part: a list that its user changes. */
export function Obligations({ supabase, user_id, arrival }: {
  readonly supabase: Supabase;
  readonly user_id: string;
  readonly arrival: Arrival;
}) {
  const { data: rows = [], isError, isPending } = useObligations(supabase);
  const changes = useChanges(supabase, user_id, arrival);
  const [edited, edit] = useState<Obligation | null>(null);
  const [isWhole, showWhole] = useState(false);
  const shown = isWhole ? rows : rows.slice(0, SHOWN);
  return (
    <>
      <div className="demo-title">
        <h2 id="obligations-heading">Obligations</h2>
        <p className="demo-hint">{isPending ? "" : `${rows.length} in public.obligations`}</p>
      </div>
      <AddObligation changes={changes} />
      {isError ? <p role="alert">The obligations could not be loaded. It is tried again.</p> : null}
      <ul className="demo-list" aria-label="Obligations">
        {shown.map((row) => (
          <ObligationRow
            key={row.id}
            row={row}
            changes={changes}
            onEdit={() => edit(row)}
          />
        ))}
      </ul>
      {shown.length < rows.length
        ? (
          <button type="button" className="demo-button" onClick={() => showWhole(true)}>
            Show all {rows.length}
          </button>
        )
        : null}
      <LastChange changes={changes} />
      {edited === null
        ? null
        : <EditDialog key={edited.id} row={edited} changes={changes} onClose={() => edit(null)} />}
    </>
  );
}
