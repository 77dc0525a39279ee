import { Switch as RadixSwitch } from "radix-ui";

export function Switch(
  { id, checked, onChange, described_by }: {
    readonly id: string;
    readonly checked: boolean;
    readonly onChange: (checked: boolean) => void;
    readonly described_by: string;
  },
) {
  return (
    <RadixSwitch.Root
      id={id}
      className="ec-switch"
      checked={checked}
      onCheckedChange={onChange}
      aria-describedby={described_by}
    >
      <RadixSwitch.Thumb className="ec-switch-thumb" />
    </RadixSwitch.Root>
  );
}
