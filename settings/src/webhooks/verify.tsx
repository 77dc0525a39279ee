import { useState } from "react";
import { useSurroundings } from "../context.ts";
import { Button } from "../ui/button.tsx";
import { Fold } from "../ui/fold.tsx";
import { Tabs } from "../ui/tabs.tsx";
import { useLateStrings } from "../use-late-strings.ts";
import { SNIPPETS } from "./snippets.ts";

const LANGUAGES = ["Node", "Deno", "Python"] as const;
type Language = typeof LANGUAGES[number];

/** How a receiver checks that a call comes from here. */
export function Verify() {
  const { webhooks: words } = useLateStrings();
  const [open, setOpen] = useState<Language>(LANGUAGES[0]);
  return (
    <Fold heading={words.verify}>
      <p>{words.verify_words}</p>
      <Tabs
        className="ec-fold"
        label={words.languages}
        tabs={LANGUAGES.map((name) => ({ name, label: name }))}
        open={open}
        onOpen={setOpen}
      >
        <Snippet language={open} />
      </Tabs>
    </Fold>
  );
}

function Snippet({ language }: { readonly language: Language }) {
  const { strings } = useSurroundings();
  const [isCopied, setCopied] = useState(false);
  const text = SNIPPETS[language];
  return (
    <>
      {/* It may be wider than the page: the keyboard scrolls what it can reach. */}
      <pre
        className="ec-code"
        tabIndex={0}
        role="region"
        aria-label={language}
        dir="ltr"
      ><code>{text}</code></pre>
      <div className="ec-actions">
        <Button
          onClick={() =>
            void navigator.clipboard.writeText(text).then(() => setCopied(true), () => setCopied(false))}
        >
          {isCopied ? strings.copied : strings.copy}
        </Button>
        <span className="ec-visually-hidden" role="status">{isCopied ? strings.copied : ""}</span>
      </div>
    </>
  );
}
