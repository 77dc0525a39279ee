import { useState } from "react";
import { useMoreApi } from "../api/more.ts";
import type { Feed, NewFeed } from "../api/types.ts";
import { useErrorToast } from "../calendar/use-error-toast.ts";
import { useSurroundings } from "../context.ts";
import { formatInstant } from "../format.ts";
import { Button } from "../ui/button.tsx";
import { Distance } from "../ui/distance.tsx";
import { lazyPart, Part } from "../ui/part.tsx";
import { useToast } from "../ui/toasts.tsx";
import { FeedForm } from "./feed-form.tsx";
import { useFeedChange } from "./use-feeds.ts";
import { useLateStrings } from "../use-late-strings.ts";

const AskDialog = lazyPart(() => import("../ui/ask-dialog.tsx"));

/** One calendar link: who reads it, and what can be done with it. */
export function FeedRow({ feed, onIssue }: {
  readonly feed: Feed;
  readonly onIssue: (feed: NewFeed) => void;
}) {
  const api = useMoreApi();
  const [open, setOpen] = useState<"edit" | "rotate" | "revoke" | null>(null);
  const toast = useToast();
  const onError = useErrorToast();
  const change = useFeedChange(api.changeFeed);
  const rotate = useFeedChange(api.rotateFeed);
  const revoke = useFeedChange(api.deleteFeed);
  const { feeds } = useLateStrings();

  if (open === "edit") {
    return (
      <li className="ec-row-item">
        <FeedForm
          feed={feed}
          isWorking={change.isPending}
          onCancel={() => setOpen(null)}
          onSubmit={(wanted) =>
            change.mutate({ id: feed.id, change: wanted }, {
              onError,
              onSuccess: ({ name }) => {
                setOpen(null);
                toast({ words: feeds.saved(name) });
              },
            })}
        />
      </li>
    );
  }
  return (
    <li className="ec-row-item">
      <div>
        <strong>{feed.name}</strong>
        <Use feed={feed} />
      </div>
      <div className="ec-actions">
        <Button aria-label={feeds.edit_named(feed.name)} onClick={() => setOpen("edit")}>{feeds.edit}</Button>
        <Button
          aria-label={feeds.rotate_named(feed.name)}
          isWorking={rotate.isPending}
          onClick={() => setOpen("rotate")}
        >
          {feeds.rotate}
        </Button>
        <Button
          aria-label={feeds.revoke_named(feed.name)}
          isWorking={revoke.isPending}
          onClick={() => setOpen("revoke")}
        >
          {feeds.revoke}
        </Button>
      </div>
      <Part>
        {open === "rotate"
          ? (
            <AskDialog
              heading={feeds.rotate_heading(feed.name)}
              words={feeds.rotate_words}
              action={feeds.rotate_action}
              onAnswer={(yes) => {
                setOpen(null);
                if (yes) rotate.mutate(feed.id, { onError, onSuccess: onIssue });
              }}
            />
          )
          : null}
        {open === "revoke"
          ? (
            <AskDialog
              heading={feeds.revoke_heading(feed.name)}
              words={feeds.revoke_words}
              action={feeds.revoke_action}
              onAnswer={(yes) => {
                setOpen(null);
                if (yes) {
                  revoke.mutate(feed.id, {
                    onError,
                    onSuccess: () => toast({ words: feeds.revoked(feed.name) }),
                  });
                }
              }}
            />
          )
          : null}
      </Part>
    </li>
  );
}

function Use({ feed: { expires_at, last_used_at, last_client } }: { readonly feed: Feed }) {
  const { locale, time_zone } = useSurroundings();
  const { feeds } = useLateStrings();
  return (
    <p className="ec-small ec-muted">
      {last_used_at === null ? feeds.never_used : (
        <>
          {feeds.last_used} <Distance instant={last_used_at} />{" "}
          {last_client === null ? null : feeds.last_used_by(feeds.clients[last_client])}
        </>
      )}
      {expires_at === null
        ? null
        : ` · ${
          (Date.parse(expires_at) > Date.now() ? feeds.expires_at : feeds.expired)(
            formatInstant(expires_at, locale, time_zone),
          )
        }`}
    </p>
  );
}
