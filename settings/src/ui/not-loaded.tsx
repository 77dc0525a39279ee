import { useSurroundings } from "../context.ts";
import { Button } from "./button.tsx";
import { Reference } from "./reference.tsx";
import { Notice } from "./notice.tsx";

/** What was asked for could not be had: says so, and asks again. */
export function NotLoaded(
  { words, error, onRepeat }: {
    readonly words: string;
    readonly error: unknown;
    readonly onRepeat: () => void;
  },
) {
  const { strings } = useSurroundings();
  return (
    <Notice tone="bad" role="alert" actions={<Button onClick={onRepeat}>{strings.try_again}</Button>}>
      {words} <Reference error={error} />
    </Notice>
  );
}
