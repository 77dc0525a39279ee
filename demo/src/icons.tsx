import type { ReactNode } from "react";

/** A calendar with a tick: the demo's sign. */
export function Logo() {
  return (
    <svg className="demo-logo" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" />
      <path d="M8 12.5h16M11.5 7v4M20.5 7v4M9 9h14a1 1 0 0 1 1 1v13a2 2 0 0 1-2 2H10a2 2 0 0 1-2-2V10a1 1 0 0 1 1-1Zm3.5 9.5 2.5 2.5 4.5-5" />
    </svg>
  );
}

/** A week later. */
export function LaterIcon() {
  return <Icon>{<path d="M3 10h10m-4-4 4 4-4 4M17 4v12" />}</Icon>;
}

export function EditIcon() {
  return <Icon>{<path d="m4 13.5-.5 3 3-.5L16 6.5 13.5 4 4 13.5ZM11.5 6 14 8.5" />}</Icon>;
}

export function DeleteIcon() {
  return <Icon>{<path d="M3.5 6h13M8 6V4h4v2M5.5 6l.7 10.5h7.6L14.5 6M8.5 9v4.5m3-4.5v4.5" />}</Icon>;
}

/** The button that it stands in has a name. */
function Icon({ children }: { readonly children: ReactNode }) {
  return <svg className="demo-icon" viewBox="0 0 20 20" aria-hidden="true">{children}</svg>;
}
