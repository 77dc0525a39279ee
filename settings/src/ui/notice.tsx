import type { ReactNode } from "react";

export type Tone = "info" | "good" | "warning" | "bad" | "quiet";

/** A short text in a tinted box, with what can be done about it. */
export function Notice(
  { tone, children, actions, role }: {
    readonly tone: Tone;
    readonly children: ReactNode;
    readonly actions?: ReactNode;
    readonly role?: "status" | "alert";
  },
) {
  return (
    <div className={`ec-notice ec-tone-${tone}`} role={role}>
      <div className="ec-notice-words">{children}</div>
      {actions ? <div className="ec-actions">{actions}</div> : null}
    </div>
  );
}
