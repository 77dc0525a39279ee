import { useState } from "react";
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

/** A user's calendar links: what there is, and one more. */
export default function Feeds({ is_connected }: {
  /** Whether the deadlines arrive through a connected calendar, too. */
  readonly is_connected: boolean;
}) {
  const { api, strings } = useSurroundings();
  const feeds = useFeeds();
  const create = useFeedChange(api.createFeed);
  const onError = useErrorToast();
  const [isCreating, setCreating] = useState(false);
  const [issued, setIssued] = useState<NewFeed | null>(null);

  return (
    <>
      <p>{strings.feeds.introduction}</p>
      <p className="ec-small ec-muted">{strings.feeds.slow}</p>
      {is_connected ? <Notice tone="info">{strings.feeds.twice}</Notice> : null}
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
            <Button look="primary" onClick={() => setCreating(true)}>{strings.feeds.create}</Button>
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
  if (feeds.isError) {
    return (
      <NotLoaded
        words={strings.feeds.failed}
        error={feeds.error}
        onRepeat={() => void feeds.refetch()}
      />
    );
  }
  if (feeds.data === undefined) return <p role="status" className="ec-muted">{strings.loading_part}</p>;
  if (feeds.data.length === 0) return <p className="ec-muted">{strings.feeds.none}</p>;
  return (
    <ul className="ec-rows">
      {feeds.data.map((feed: Feed) => <FeedRow key={feed.id} feed={feed} onIssue={onIssue} />)}
    </ul>
  );
}
