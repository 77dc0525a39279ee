import { useState } from "react";
import type { Activity, ConnectionActivity, EventActivity, Integration } from "../../api/types.ts";
import { type Surroundings, useSurroundings } from "../../context.ts";
import { formatDue, formatNumber } from "../../format.ts";
import type { LateStrings } from "../../late-strings.ts";
import { Distance } from "../../ui/distance.tsx";
import { useLateStrings } from "../../use-late-strings.ts";
import { ItemLinks } from "../event-link.tsx";
import { cardIn } from "../providers.tsx";
import { type ActivityEntry, keyOf } from "./activity-entries.ts";
import { toldAction } from "./problem-words.ts";

/** One thing that was done, or many of one kind, which open. */
export function ActivityEntryRow(
  { entry, integrations }: { readonly entry: ActivityEntry; readonly integrations: readonly Integration[] },
) {
  return entry.kind === "single"
    ? <ActivityRow activity={entry.activity} integrations={integrations} />
    : <BulkRow newest={entry.newest} activities={entry.activities} integrations={integrations} />;
}

function BulkRow({ newest, activities, integrations }: {
  readonly newest: EventActivity;
  readonly activities: readonly EventActivity[];
  readonly integrations: readonly Integration[];
}) {
  const { locale } = useSurroundings();
  const words: Readonly<Record<string, (n: string) => string>> = useLateStrings().activity.bulk;
  const [isOpen, setOpen] = useState(false);
  return (
    <li className="ec-row-item">
      <div>
        <details className="ec-details" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
          <summary>{words[toldAction(newest)]?.(formatNumber(activities.length, locale))}</summary>
          {isOpen
            ? (
              <ol className="ec-rows ec-rows-dense">
                {activities.map((activity) => (
                  <ActivityRow key={keyOf(activity)} activity={activity} integrations={integrations} />
                ))}
              </ol>
            )
            : null}
        </details>
        <Source activity={newest} integrations={integrations} />
      </div>
      <span className="ec-small ec-muted">
        <Distance instant={newest.at} />
      </span>
    </li>
  );
}

function ActivityRow(
  { activity, integrations }: { readonly activity: Activity; readonly integrations: readonly Integration[] },
) {
  const surroundings = useSurroundings();
  const words = useLateStrings().activity;
  return (
    <li className="ec-row-item">
      <div>
        {activity.kind === "event"
          ? eventWords(activity, words, surroundings)
          : connectionWords(activity, words)}
        <Source activity={activity} integrations={integrations} />
        {activity.kind === "event"
          ? (
            <ItemLinks
              item={activity}
              title={activity.title ?? words.gone_title}
              card={cardIn(integrations, activity)}
            />
          )
          : null}
      </div>
      <span className="ec-small ec-muted">
        <Distance instant={activity.at} />
      </span>
    </li>
  );
}

/** In which calendar, and by whom. */
function Source(
  { activity, integrations }: { readonly activity: Activity; readonly integrations: readonly Integration[] },
) {
  const { strings } = useSurroundings();
  const words = useLateStrings().activity;
  const { provider, account_email, integration_id } = activity;
  const where = integration_id === null || provider === null
    ? words.everywhere
    : account_email === null
    ? words.somewhere
    : `${strings.providers[cardIn(integrations, { integration_id, provider })].name}, ${account_email}`;
  const by = wordFor(activity.caused_by, words.causes);
  return <p className="ec-small ec-muted">{by === null ? where : `${where} · ${by}`}</p>;
}

type Words = LateStrings["activity"];

function eventWords(
  activity: EventActivity,
  words: Words,
  { locale, time_zone }: Surroundings,
): string {
  const { title, due } = activity;
  return words.events[toldAction(activity)](
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
