import { useState } from "react";
import { FeedIcon } from "../calendar/providers.tsx";
import type { Integration } from "../api/types.ts";
import { useSurroundings } from "../context.ts";
import { Button } from "../ui/button.tsx";
import { lazyPart, Part } from "../ui/part.tsx";

const Feeds = lazyPart(() => import("./feeds.tsx"));

/** Calendar links, for whoever connects no account or uses another application: one more way beside the providers. */
export function FeedsSection({ integrations }: { readonly integrations: readonly Integration[] }) {
  const { strings } = useSurroundings();
  const [isOpen, setOpen] = useState(false);
  return (
    <section
      className={`ec-provider ${isOpen ? "ec-whole" : ""}`}
      tabIndex={-1}
      aria-labelledby="ec-feeds"
    >
      <div className="ec-provider-head">
        <FeedIcon />
        <h3 id="ec-feeds">{strings.feeds.heading}</h3>
      </div>
      <div className="ec-card">
        <p>{strings.feeds.introduction}</p>
        {isOpen
          ? (
            <Part fallback={<p className="ec-muted">{strings.loading_part}</p>}>
              <Feeds is_connected={integrations.some(({ status }) => status === "active")} />
            </Part>
          )
          : (
            <div className="ec-actions">
              <Button onClick={() => setOpen(true)}>{strings.feeds.open}</Button>
            </div>
          )}
      </div>
    </section>
  );
}
