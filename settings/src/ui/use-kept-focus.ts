import { type RefObject, useEffect, useRef } from "react";

/** Around what may go away: it takes the focus over, and nobody can tab to it. */
const LANDING = '[tabindex="-1"]';

/**
 * A button that has done its work may go away under the finger that pressed it. The keyboard then goes on at the
 * smallest part around it that is still there, and not at the beginning of the page.
 *
 * @returns for the element in which this holds
 */
export function useKeptFocus<E extends HTMLElement>(): RefObject<E | null> {
  const root = useRef<E>(null);
  useEffect(() => {
    const element = root.current;
    if (element === null) return;
    let focused: readonly Element[] = [];
    const note = ({ target }: FocusEvent) => {
      focused = [];
      for (let at = target instanceof Element ? target : null; at !== null; at = at.parentElement) {
        focused = [...focused, at];
      }
    };
    const observer = new MutationObserver(() => {
      const [last, ...around] = focused;
      if (last === undefined || last.isConnected || document.activeElement !== document.body) return;
      const landing = around.find((one) => one.isConnected && one.matches(LANDING));
      if (landing instanceof HTMLElement) landing.focus({ preventScroll: true });
    });
    element.addEventListener("focusin", note);
    observer.observe(element, { childList: true, subtree: true });
    return () => {
      element.removeEventListener("focusin", note);
      observer.disconnect();
    };
  }, []);
  return root;
}
