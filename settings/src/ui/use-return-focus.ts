import { useState } from "react";

/**
 * Leads the keyboard back to what opened a dialog; Radix does so only where that is a trigger of its own.
 *
 * @returns what the dialog does when it closes
 */
export function useReturnFocus(): (event: Event) => void {
  const [opener] = useState(() => document.activeElement);
  return (event) => {
    event.preventDefault();
    if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
  };
}
