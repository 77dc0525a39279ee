import { type ReactNode, useId, useState } from "react";
import { useSurroundings } from "../context.ts";
import { Part } from "./part.tsx";

/** A section that is closed at first; what is in it is loaded when it is opened. */
export function Fold({ heading, children }: { readonly heading: string; readonly children: ReactNode }) {
  const { strings } = useSurroundings();
  const id = useId();
  const [isOpen, setOpen] = useState(false);
  return (
    <section className="ec-panel" aria-labelledby={id}>
      <details className="ec-details" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
        <summary>
          <h3 id={id}>{heading}</h3>
        </summary>
        {isOpen
          ? (
            <div className="ec-fold">
              <Part fallback={<p className="ec-muted">{strings.loading_part}</p>}>{children}</Part>
            </div>
          )
          : null}
      </details>
    </section>
  );
}
