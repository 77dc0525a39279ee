import { AlertDialog } from "radix-ui";
import type { ReactNode } from "react";
import { useSurroundings } from "../context.ts";
import { useReturnFocus } from "./use-return-focus.ts";

/** Asks before what cannot be undone. Escape and *Cancel* mean no. */
export default function AskDialog({ heading, words, action, children, onAnswer }: {
  readonly heading: string;
  readonly words: string;
  readonly action: string;
  /** What else there is to choose. */
  readonly children?: ReactNode;
  readonly onAnswer: (yes: boolean) => void;
}) {
  const { strings, locale, dir } = useSurroundings();
  const returnFocus = useReturnFocus();
  return (
    <AlertDialog.Root
      open
      onOpenChange={(is_open) => {
        if (!is_open) onAnswer(false);
      }}
    >
      <AlertDialog.Portal>
        <div className="ec-root ec-layer" lang={locale} dir={dir}>
          <AlertDialog.Overlay className="ec-overlay" />
          <AlertDialog.Content className="ec-dialog" onCloseAutoFocus={returnFocus}>
            <AlertDialog.Title className="ec-dialog-title">{heading}</AlertDialog.Title>
            <AlertDialog.Description>{words}</AlertDialog.Description>
            {children}
            <div className="ec-actions ec-dialog-foot">
              <AlertDialog.Cancel className="ec-button ec-button-plain">{strings.cancel}</AlertDialog.Cancel>
              <AlertDialog.Action className="ec-button ec-button-danger" onClick={() => onAnswer(true)}>
                {action}
              </AlertDialog.Action>
            </div>
          </AlertDialog.Content>
        </div>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
