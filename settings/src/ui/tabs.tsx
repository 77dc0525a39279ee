import { type KeyboardEvent, type ReactNode, useId } from "react";
import { useSurroundings } from "../context.ts";

/** One tab; what it shows is its `Tabs`' children. */
interface Tab<Name extends string> {
  readonly name: Name;
  readonly label: ReactNode;
  readonly className?: string;
}

/**
 * A list of tabs and what the open one shows. The focus opens a tab, and arrow keys move it the way that the list runs. A
 * library's tabs would be a tenth of all that the page loads at first. https://www.w3.org/WAI/ARIA/apg/patterns/tabs/
 */
export function Tabs<Name extends string>({ label, tabs, open, className, onOpen, children }: {
  /** Of the list. */
  readonly label: string;
  readonly tabs: readonly Tab<Name>[];
  readonly open: Name;
  /** Of the whole, and of what the open tab shows. */
  readonly className: string;
  readonly onOpen: (name: Name) => void;
  readonly children: ReactNode;
}) {
  const { dir } = useSurroundings();
  const id = useId();
  return (
    <div className={className}>
      <div role="tablist" className="ec-tabs" aria-label={label} onKeyDown={(event) => moveFocus(event, dir)}>
        {tabs.map((tab) => {
          const is_open = tab.name === open;
          const show = () => {
            if (!is_open) onOpen(tab.name);
          };
          return (
            <button
              key={tab.name}
              id={`${id}-${tab.name}`}
              type="button"
              role="tab"
              className={`ec-tab ${tab.className ?? ""}`}
              aria-selected={is_open}
              aria-controls={is_open ? id : undefined}
              tabIndex={is_open ? 0 : -1}
              onClick={show}
              onFocus={show}
            >
              {tab.label}
            </button>
          );
        })}
      </div>
      <div
        key={open}
        id={id}
        role="tabpanel"
        className={className}
        aria-labelledby={`${id}-${open}`}
        tabIndex={-1}
      >
        {children}
      </div>
    </div>
  );
}

/** To the next tab, or the one before, round and round; or to the first or the last. */
function moveFocus(event: KeyboardEvent<HTMLElement>, dir: "ltr" | "rtl"): void {
  const tabs = [...event.currentTarget.querySelectorAll<HTMLElement>("[role=tab]")];
  const at = tabs.findIndex((tab) => tab === document.activeElement);
  const forward = dir === "rtl" ? -1 : 1;
  const to = { ArrowRight: at + forward, ArrowLeft: at - forward, Home: 0, End: -1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  tabs.at(to % tabs.length)?.focus();
}
