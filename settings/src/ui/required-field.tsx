/** A text that has to be given; what is wrong with it stands in the place of the hint. */
export function RequiredField({ id, label, hint, problem, value, onChange, type = "text" }: {
  readonly id: string;
  readonly label: string;
  readonly hint: string;
  /** Null: nothing. */
  readonly problem: string | null;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly type?: "text" | "url";
}) {
  return (
    <div className="ec-field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        autoFocus
        type={type}
        autoComplete="off"
        spellCheck={false}
        className="ec-input ec-wide"
        value={value}
        aria-describedby={`${id}-hint`}
        aria-invalid={problem !== null}
        onChange={({ target }) => onChange(target.value)}
      />
      <p
        id={`${id}-hint`}
        role={problem === null ? undefined : "alert"}
        className={`ec-small ${problem === null ? "ec-muted" : "ec-refused"}`}
      >
        {problem ?? hint}
      </p>
    </div>
  );
}
