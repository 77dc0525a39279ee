import { dueInWords, type Obligation, postponed } from "./obligation.ts";
import type { Changes } from "./use-changes.ts";

const LATER_DAYS = 7;

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
              .join(" · ")}
          </span>
        </span>
      </label>
      <span className="demo-actions">
        {later === null ? null : (
          <button
            type="button"
            className="demo-link"
            aria-label={`A week later: ${title}`}
            onClick={() => void changes.change(row, later, `${title} is a week later.`)}
          >
            A week later
          </button>
        )}
        <button type="button" className="demo-link" aria-label={`Edit ${title}`} onClick={onEdit}>
          Edit
        </button>
        <button
          type="button"
          className="demo-link"
          aria-label={`Delete ${title}`}
          onClick={() => void changes.remove(row)}
        >
          Delete
        </button>
      </span>
    </li>
  );
}
