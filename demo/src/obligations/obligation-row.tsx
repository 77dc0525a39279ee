import type { ReactNode } from "react";
import { DeleteIcon, EditIcon, LaterIcon } from "../icons.tsx";
import { daysLeft, daysLeftInWords, dueInWords, type Obligation, postponed } from "./obligation.ts";
import type { Changes } from "./use-changes.ts";

const LATER_DAYS = 7;
const SOON_DAYS = 7;

/** One obligation with what can be done to it at once. */
export function ObligationRow({ row, changes, onEdit }: {
  readonly row: Obligation;
  readonly changes: Changes;
  onEdit(): void;
}) {
  const { title, status, obligation_type } = row;
  const is_done = status === "completed";
  const later = postponed(row, LATER_DAYS);
  const complete = () =>
    changes.change(
      row,
      { status: is_done ? "pending" : "completed" },
      `${title} is ${is_done ? "open again" : "completed"}.`,
    );
  return (
    <li id={row.id} className={is_done ? "demo-row demo-done" : "demo-row"}>
      <label className="demo-check">
        <input type="checkbox" checked={is_done} onChange={() => void complete()} />
        <span className="demo-words">
          <span className="demo-name">{title}</span>
          <span className="demo-hint">
            {[dueInWords(row), obligation_type, status === "cancelled" ? status : null].filter((part) => part)
              .join(" · ")} {is_done || status === "cancelled" ? null : <DaysLeft row={row} />}
          </span>
        </span>
      </label>
      <span className="demo-row-actions">
        {later === null ? null : (
          <IconButton
            name={`A week later: ${title}`}
            onClick={() => void changes.change(row, later, `${title} is a week later.`)}
          >
            <LaterIcon />
          </IconButton>
        )}
        <IconButton name={`Edit ${title}`} onClick={onEdit}>
          <EditIcon />
        </IconButton>
        <IconButton name={`Delete ${title}`} onClick={() => void changes.remove(row)}>
          <DeleteIcon />
        </IconButton>
      </span>
    </li>
  );
}

function IconButton({ name, onClick, children }: {
  readonly name: string;
  onClick(): void;
  readonly children: ReactNode;
}) {
  return (
    <button type="button" className="demo-icon-button" aria-label={name} title={name} onClick={onClick}>
      {children}
    </button>
  );
}

function DaysLeft({ row }: { readonly row: Obligation }) {
  const days = daysLeft(row);
  if (days === null) return null;
  return (
    <span className="demo-left" data-due={days < 0 ? "late" : days <= SOON_DAYS ? "soon" : "later"}>
      {daysLeftInWords(days)}
    </span>
  );
}
