/** A native checkbox that says and shows itself as a switch. */
export function Switch(
  { id, checked, onChange, described_by }: {
    readonly id: string;
    readonly checked: boolean;
    readonly onChange: (checked: boolean) => void;
    readonly described_by: string;
  },
) {
  return (
    <input
      type="checkbox"
      role="switch"
      id={id}
      className="ec-switch"
      checked={checked}
      aria-describedby={described_by}
      onChange={({ target }) => onChange(target.checked)}
    />
  );
}
