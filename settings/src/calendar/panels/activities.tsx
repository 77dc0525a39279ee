import { useQuery } from "@tanstack/react-query";
import type { Activity, Integration } from "../../api/types.ts";
import { useSurroundings } from "../../context.ts";
import { formatDue } from "../../format.ts";
import { Button } from "../../ui/button.tsx";
import { Distance } from "../../ui/distance.tsx";
import { NotLoaded } from "../../ui/not-loaded.tsx";
import { useFollowing } from "./use-following.ts";

/** The last changes that were made to the user's calendars, in plain words. */
export default function Activities({ integrations }: { readonly integrations: readonly Integration[] }) {
  const { api, strings } = useSurroundings();
  const list = useQuery({
    queryKey: ["activity"],
    queryFn: api.activity,
    retry: false,
    refetchOnWindowFocus: false,
  });
  useFollowing(list, integrations);

  if (list.isError) {
    return (
      <NotLoaded
        words={strings.activity.failed}
        error={list.error}
        onRepeat={() => void list.refetch()}
      />
    );
  }
  if (list.data === undefined) return <p role="status" className="ec-muted">{strings.loading_part}</p>;
  return (
    <>
      {list.data.length === 0 ? <p className="ec-muted">{strings.activity.none}</p> : (
        <ol className="ec-rows">
          {list.data.map((activity) => (
            <ActivityRow
              key={`${activity.at} ${activity.integration_id} ${activity.obligation_id} ${activity.action}`}
              activity={activity}
            />
          ))}
        </ol>
      )}
      <Button look="quiet" isWorking={list.isFetching} onClick={() => void list.refetch()}>
        {strings.activity.refresh}
      </Button>
    </>
  );
}

function ActivityRow({ activity }: { readonly activity: Activity }) {
  const { strings, locale } = useSurroundings();
  const title = activity.title ?? strings.activity.gone_title;
  const due = activity.due === null ? null : formatDue(activity.due, locale);
  return (
    <li className="ec-row-item">
      <div>
        {strings.activity.actions[activity.action](title, due)}
        <p className="ec-small ec-muted">
          {activity.account_email === null
            ? strings.activity.somewhere
            : `${strings.providers[activity.provider].name}, ${activity.account_email}`}
        </p>
      </div>
      <span className="ec-small ec-muted">
        <Distance instant={activity.at} />
      </span>
    </li>
  );
}
