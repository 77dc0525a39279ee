import { useQuery } from "@tanstack/react-query";
import { useMoreApi } from "../../api/more.ts";
import type { Activity, ConnectionActivity, EventActivity, Integration } from "../../api/types.ts";
import { type Surroundings, useSurroundings } from "../../context.ts";
import { formatDue } from "../../format.ts";
import { Button } from "../../ui/button.tsx";
import { Distance } from "../../ui/distance.tsx";
import { NotLoaded } from "../../ui/not-loaded.tsx";
import type { LateStrings } from "../../late-strings.ts";
import { useLateStrings } from "../../use-late-strings.ts";
import { useFollowing } from "./use-following.ts";

/** What was last done to the user's calendars and connections, in plain words. */
export default function Activities({ integrations }: { readonly integrations: readonly Integration[] }) {
  const { strings } = useSurroundings();
  const api = useMoreApi();
  const words = useLateStrings().activity;
  const list = useQuery({
    queryKey: ["activity"],
    queryFn: api.activity,
    retry: false,
    refetchOnWindowFocus: false,
  });
  useFollowing(list, integrations);

  if (list.isError) {
    return <NotLoaded words={words.failed} error={list.error} onRepeat={() => void list.refetch()} />;
  }
  if (list.data === undefined) return <p role="status" className="ec-muted">{strings.loading_part}</p>;
  return (
    <>
      {list.data.length === 0 ? <p className="ec-muted">{words.none}</p> : (
        <ol className="ec-rows">
          {list.data.map((activity) => (
            <ActivityRow
              key={`${activity.at} ${activity.integration_id} ${activity.action} ${
                activity.kind === "event" ? activity.obligation_id : ""
              }`}
              activity={activity}
            />
          ))}
        </ol>
      )}
      <Button look="quiet" isWorking={list.isFetching} onClick={() => void list.refetch()}>
        {words.refresh}
      </Button>
    </>
  );
}

function ActivityRow({ activity }: { readonly activity: Activity }) {
  const surroundings = useSurroundings();
  const { strings } = surroundings;
  const words = useLateStrings().activity;
  const { provider, account_email, integration_id } = activity;
  const where = integration_id === null || provider === null
    ? words.everywhere
    : account_email === null
    ? words.somewhere
    : `${strings.providers[provider].name}, ${account_email}`;
  const by = wordFor(activity.caused_by, words.causes);
  return (
    <li className="ec-row-item">
      <div>
        {activity.kind === "event"
          ? eventWords(activity, words, surroundings)
          : connectionWords(activity, words)}
        <p className="ec-small ec-muted">{by === null ? where : `${where} · ${by}`}</p>
      </div>
      <span className="ec-small ec-muted">
        <Distance instant={activity.at} />
      </span>
    </li>
  );
}

type Words = LateStrings["activity"];

function eventWords(
  { action, title, due }: EventActivity,
  words: Words,
  { locale, time_zone }: Surroundings,
): string {
  return words.events[action](
    title ?? words.gone_title,
    due === null ? null : formatDue(due, locale, time_zone),
  );
}

function connectionWords(
  { action, reason, calendar_name, events }: ConnectionActivity,
  words: Words,
): string {
  switch (action) {
    case "paused":
      return wordFor(reason, words.paused_because) ?? words.connections.paused;
    case "calendar_chosen":
      return calendar_name === null
        ? words.connections.calendar_chosen
        : words.calendar_chosen(calendar_name);
    case "disconnected":
      return events === null ? words.connections.disconnected : words.disconnected_events[events];
    default:
      return words.connections[action];
  }
}

/** The words for a code; null where there are none. */
function wordFor(code: string | null, words: Readonly<Record<string, string>>): string | null {
  return code === null ? null : words[code] ?? null;
}
