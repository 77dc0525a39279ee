import { useState } from "react";
import { useMoreApi } from "../api/more.ts";
import type { Feed, NewFeed } from "../api/types.ts";
import { useErrorToast } from "../calendar/use-error-toast.ts";
import { useSurroundings } from "../context.ts";
import { Button } from "../ui/button.tsx";
import { Notice } from "../ui/notice.tsx";
import { NotLoaded } from "../ui/not-loaded.tsx";
import { FeedAddress } from "./feed-address.tsx";
import { FeedForm } from "./feed-form.tsx";
import { FeedRow } from "./feed-row.tsx";
import { useFeedChange, useFeeds } from "./use-feeds.ts";
import { useLateStrings } from "../use-late-strings.ts";

/** A user's calendar links: what there is, and one more. */
export default function Feeds({ is_connected }: {
  /** Whether the deadlines arrive through a connected calendar, too. */
  readonly is_connected: boolean;
}) {
  const api = useMoreApi();
  const words = useLateStrings().feeds;
  const feeds = useFeeds();
  const create = useFeedChange(api.createFeed);
  const onError = useErrorToast();
  const [isCreating, setCreating] = useState(false);
  const [issued, setIssued] = useState<NewFeed | null>(null);

  return (
    <>
      <p className="ec-small ec-muted">{words.slow}</p>
      {is_connected ? <Notice tone="info">{words.twice}</Notice> : null}
      {issued === null ? null : <FeedAddress feed={issued} onDone={() => setIssued(null)} />}
      <FeedList feeds={feeds} onIssue={setIssued} />
      {isCreating
        ? (
          <FeedForm
            feed={null}
            isWorking={create.isPending}
            onCancel={() => setCreating(false)}
            onSubmit={(wanted) =>
              create.mutate(wanted, {
                onError,
                onSuccess: (made) => {
                  setCreating(false);
                  setIssued(made);
                },
              })}
          />
        )
        : (
          <div className="ec-actions">
            <Button look="primary" onClick={() => setCreating(true)}>{words.create}</Button>
          </div>
        )}
    </>
  );
}

function FeedList({ feeds, onIssue }: {
  readonly feeds: ReturnType<typeof useFeeds>;
  readonly onIssue: (feed: NewFeed) => void;
}) {
  const { strings } = useSurroundings();
  const words = useLateStrings().feeds;
  if (feeds.isError && feeds.data === undefined) {
    return (
      <NotLoaded
        words={words.failed}
        error={feeds.error}
        onRepeat={() => void feeds.refetch()}
      />
    );
  }
  if (feeds.data === undefined) return <p role="status" className="ec-muted">{strings.loading_part}</p>;
  if (feeds.data.length === 0) return <p className="ec-muted">{words.none}</p>;
  return (
    <ul className="ec-rows">
      {feeds.data.map((feed: Feed) => <FeedRow key={feed.id} feed={feed} onIssue={onIssue} />)}
    </ul>
  );
}
