import type { Draft } from "./obligation.ts";

/** The fields that adding and editing share. */
export function ObligationFields({ draft, onChange, with_description }: {
  readonly draft: Draft;
  onChange(draft: Draft): void;
  readonly with_description: boolean;
}) {
  return (
    <>
      <label className="demo-wide">
        Title
        <input
          required
          value={draft.title}
          onChange={({ target }) => onChange({ ...draft, title: target.value })}
        />
      </label>
      {with_description
        ? (
          <label className="demo-wide">
            Description
            <textarea
              rows={2}
              value={draft.description}
              onChange={({ target }) => onChange({ ...draft, description: target.value })}
            />
          </label>
        )
        : null}
      <label>
        Deadline
        <input
          type="date"
          value={draft.day}
          onChange={({ target }) => onChange({ ...draft, day: target.value })}
        />
      </label>
      <label>
        Time, if any
        <input
          type="time"
          value={draft.time}
          onChange={({ target }) => onChange({ ...draft, time: target.value })}
        />
      </label>
    </>
  );
}
