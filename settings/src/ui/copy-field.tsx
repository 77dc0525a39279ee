import { useId, useRef, useState } from "react";
import { useSurroundings } from "../context.ts";
import { Button } from "./button.tsx";

/** A text to hand on: shown whole, selected when focused, copied by a button. */
export function CopyField({ label, value }: { readonly label: string; readonly value: string }) {
  const { strings } = useSurroundings();
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(value);
      setCopied(true);
    } catch {
      // Without permission to write the clipboard, the reader presses the keys.
      input.current?.focus();
    }
  };
  return (
    <div className="ec-copy-field">
      <label htmlFor={id}>{label}</label>
      <div className="ec-row">
        <input
          id={id}
          ref={input}
          className="ec-input"
          readOnly
          value={value}
          onFocus={(event) => event.target.select()}
        />
        <Button onClick={() => void copy()}>{isCopied ? strings.copied : strings.copy}</Button>
      </div>
      <span className="ec-visually-hidden" role="status">{isCopied ? strings.copied : ""}</span>
    </div>
  );
}
