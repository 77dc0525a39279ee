import { Tabs } from "radix-ui";
import { useState } from "react";
import { useSurroundings } from "../context.ts";
import { Button } from "../ui/button.tsx";
import { Fold } from "../ui/fold.tsx";
import { useLateStrings } from "../use-late-strings.ts";
import { SNIPPETS } from "./snippets.ts";

const LANGUAGES = ["Node", "Deno", "Python"] as const;

/** How a receiver checks that a call comes from here. */
export function Verify() {
  const { dir } = useSurroundings();
  const { webhooks: words } = useLateStrings();
  return (
    <Fold heading={words.verify}>
      <p>{words.verify_words}</p>
      <Tabs.Root dir={dir} defaultValue={LANGUAGES[0]} className="ec-fold">
        <Tabs.List className="ec-tabs" aria-label={words.languages}>
          {LANGUAGES.map((language) => (
            <Tabs.Trigger key={language} value={language} className="ec-tab">{language}</Tabs.Trigger>
          ))}
        </Tabs.List>
        {LANGUAGES.map((language) => (
          <Tabs.Content key={language} value={language} className="ec-fold" tabIndex={-1}>
            <Snippet language={language} />
          </Tabs.Content>
        ))}
      </Tabs.Root>
    </Fold>
  );
}

function Snippet({ language }: { readonly language: typeof LANGUAGES[number] }) {
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
