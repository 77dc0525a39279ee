import { type ReactNode, useEffect, useId, useState } from "react";
import { useSurroundings } from "../context.ts";
import { Part } from "./part.tsx";

/** A section that is closed at first, unless there is something to do in it; what is in it is loaded when it is opened. */
export function Fold(
  { id, heading, level: Heading = "h3", className = "ec-panel", isWanted = false, children }: {
    /** By which the section is found. */
    readonly id?: string;
    readonly heading: string;
    readonly level?: "h3" | "h5";
    readonly className?: string;
    /** Opens it. */
    readonly isWanted?: boolean;
    readonly children: ReactNode;
  },
) {
  const { strings } = useSurroundings();
  const heading_id = useId();
  const [isOpen, setOpen] = useState(false);
  useEffect(() => {
    if (isWanted) setOpen(true);
  }, [isWanted]);
  return (
    // On cards there are several of the same name, and landmarks have names of their own.
    <section
      id={id}
      className={className}
      role={Heading === "h3" ? undefined : "group"}
      tabIndex={-1}
      aria-labelledby={heading_id}
    >
      <details
        className="ec-details"
        open={isOpen}
        onToggle={({ currentTarget }) => setOpen(currentTarget.open)}
      >
        <summary>
          <Heading id={heading_id}>{heading}</Heading>
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
