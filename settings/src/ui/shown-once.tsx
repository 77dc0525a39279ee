import { type ReactNode, useEffect, useRef } from "react";
import { Button } from "./button.tsx";
import { CopyField } from "./copy-field.tsx";

/** A secret that was just made: nobody can be told it again. */
export function ShownOnce({ heading, words, label, value, done, onDone, children }: {
  readonly heading: string;
  readonly words: string;
  readonly label: string;
  readonly value: string;
  readonly done: string;
  readonly onDone: () => void;
  /** What can be done with it. */
  readonly children?: ReactNode;
}) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => box.current?.focus(), [value]);
  return (
    <div ref={box} tabIndex={-1} role="status" className="ec-card ec-return">
      <div>
        <strong>{heading}</strong>
        <p>{words}</p>
      </div>
      <CopyField label={label} value={value} />
      {children}
      <div className="ec-actions">
        <Button look="primary" onClick={onDone}>{done}</Button>
      </div>
    </div>
  );
}
