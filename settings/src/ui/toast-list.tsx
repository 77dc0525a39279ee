import { Toast } from "radix-ui";
import { useSurroundings } from "../context.ts";
import { useLateStrings } from "../use-late-strings.ts";
import { Reference } from "./reference.tsx";
import type { ShownToast } from "./toasts.tsx";
import { wordsOf } from "./words-of.ts";

/** Long enough to read it and to reach what it offers; it waits while it is hovered or focused. */
const PLAIN_MS = 6_000;
const WITH_ACTION_MS = 15_000;

export default function ToastList(
  { toasts, onRemove }: { readonly toasts: readonly ShownToast[]; readonly onRemove: (id: number) => void },
) {
  const { strings, dir } = useSurroundings();
  const late = useLateStrings();
  return (
    <Toast.Provider label={strings.notification} swipeDirection={dir === "rtl" ? "left" : "right"}>
      {toasts.map(({ id, words, error, action, link }) => (
        <Toast.Root
          key={id}
          className="ec-toast"
          duration={action || link ? WITH_ACTION_MS : PLAIN_MS}
          onOpenChange={(is_open) => {
            if (!is_open) onRemove(id);
          }}
        >
          <Toast.Description className="ec-toast-words">
            {words ?? wordsOf(error, late)}{" "}
            {link ? <a href={link.href} target="_blank" rel="noreferrer">{link.label}</a> : null}
            <Reference error={error} />
          </Toast.Description>
          {action
            ? (
              <Toast.Action asChild altText={action.label}>
                <button type="button" className="ec-button ec-button-quiet" onClick={action.run}>
                  {action.label}
                </button>
              </Toast.Action>
            )
            : null}
          <Toast.Close className="ec-button ec-button-quiet ec-icon-button" aria-label={strings.dismiss}>
            <span aria-hidden="true">×</span>
          </Toast.Close>
        </Toast.Root>
      ))}
      <Toast.Viewport className="ec-toasts" label={strings.notifications("{hotkey}")} dir={dir} />
    </Toast.Provider>
  );
}
