import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { ACTIVITY_PAGE, useMoreApi } from "../../api/more.ts";
import type { Activity, Integration } from "../../api/types.ts";
import { useSurroundings } from "../../context.ts";
import { formatDay, isoDay } from "../../format.ts";
import { Button } from "../../ui/button.tsx";
import { NotLoaded } from "../../ui/not-loaded.tsx";
import { useLateStrings } from "../../use-late-strings.ts";
import { firstEntries, groupActivity, keyOf } from "./activity-entries.ts";
import { ActivityEntryRow } from "./activity-rows.tsx";
import { useFollowing } from "./use-following.ts";

const NEWEST: string | null = null;

/** At first, and with every click more. */
const ENTRIES_A_PAGE = 12;

/** What was last done to the user's calendars and connections, in plain words, by the day. */
export default function Activities({ integrations }: { readonly integrations: readonly Integration[] }) {
  const { strings, locale, time_zone } = useSurroundings();
  const api = useMoreApi();
  const words = useLateStrings().activity;
  const list = useInfiniteQuery({
    queryKey: ["activity"],
    queryFn: ({ pageParam }: { readonly pageParam: string | null }) => api.activity(pageParam),
    initialPageParam: NEWEST,
    getNextPageParam: (last: readonly Activity[]) =>
      last.length < ACTIVITY_PAGE ? null : last.at(-1)?.at ?? null,
    retry: false,
    refetchOnWindowFocus: false,
  });
  useFollowing(list, integrations);
  const [shown_max, setShownMax] = useState(ENTRIES_A_PAGE);
  const days = useMemo(() => {
    // A page begins with the last row of the one before.
    const known = new Map(list.data?.pages.flat().map((activity) => [keyOf(activity), activity]));
    return groupActivity(
      [...known.values()],
      (instant) => isoDay(instant, time_zone),
      (action) => Object.hasOwn(words.bulk, action),
    );
  }, [list.data, time_zone, words]);

  if (list.isError && list.data === undefined) {
    return <NotLoaded words={words.failed} error={list.error} onRepeat={() => void list.refetch()} />;
  }
  if (list.data === undefined) return <p role="status" className="ec-muted">{strings.loading_part}</p>;
  const entries = days.reduce((sum, { entries }) => sum + entries.length, 0);
  const shown = firstEntries(days, shown_max);
  const showMore = () => {
    setShownMax((max) => max + ENTRIES_A_PAGE);
    if (shown_max + ENTRIES_A_PAGE >= entries && list.hasNextPage) void list.fetchNextPage();
  };
  return (
    <>
      {entries === 0 ? <p className="ec-muted">{words.none}</p> : null}
      {shown.map(({ day, entries }) => (
        <div key={day}>
          <h4 className="ec-day">{formatDay(day, locale)}</h4>
          <ol className="ec-rows ec-rows-dense">
            {entries.map((entry) => (
              <ActivityEntryRow
                key={keyOf(entry.kind === "bulk" ? entry.newest : entry.activity)}
                entry={entry}
                integrations={integrations}
              />
            ))}
          </ol>
        </div>
      ))}
      <div className="ec-actions">
        {entries > shown_max || list.hasNextPage
          ? <Button isWorking={list.isFetchingNextPage} onClick={showMore}>{words.earlier}</Button>
          : null}
        <Button
          look="quiet"
          isWorking={list.isFetching && !list.isFetchingNextPage}
          onClick={() => void list.refetch()}
        >
          {words.refresh}
        </Button>
      </div>
    </>
  );
}
