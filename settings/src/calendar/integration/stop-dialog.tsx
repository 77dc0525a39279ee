import { useSurroundings } from "../../context.ts";
import AskDialog from "../../ui/ask-dialog.tsx";
import { useLateStrings } from "../../use-late-strings.ts";

/** Asks once more before very much changes at once. */
export default function StopDialog({ kind, changes, account, onAnswer }: {
  readonly kind: "mass_deletion" | "mass_edit";
  /** How much, formatted. */
  readonly changes: string;
  readonly account: string | null;
  readonly onAnswer: (yes: boolean) => void;
}) {
  const { strings } = useSurroundings();
  const { heading, words, action } = useLateStrings().stopped[kind];
  return (
    <AskDialog
      heading={heading(changes)}
      words={words(account ?? strings.integration.unknown_account)}
      action={action(changes)}
      onAnswer={onAnswer}
    />
  );
}
