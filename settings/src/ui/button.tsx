import type { ComponentProps, ReactNode } from "react";

/** A button that says when it is working; it keeps its focus then, and does nothing when pressed again. */
export function Button(
  { look = "plain", isWorking = false, children, onClick, className = "", ...rest }:
    & ComponentProps<"button">
    & {
      readonly look?: "plain" | "primary" | "danger" | "quiet";
      readonly isWorking?: boolean;
      readonly children: ReactNode;
    },
) {
  return (
    <button
      type="button"
      {...rest}
      className={`ec-button ec-button-${look} ${className}`}
      aria-disabled={isWorking || rest["aria-disabled"]}
      aria-busy={isWorking || undefined}
      onClick={(event) => {
        if (isWorking) event.preventDefault();
        else onClick?.(event);
      }}
    >
      {isWorking ? <span className="ec-spinner" aria-hidden="true" /> : null}
      {children}
    </button>
  );
}
