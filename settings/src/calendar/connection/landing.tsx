import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useMoreApi } from "../../api/more.ts";
import type { Integration, Obligation } from "../../api/types.ts";
import { useSurroundings } from "../../context.ts";
import { formatDue, formatNumber, isoDay } from "../../format.ts";
import { useLateStrings } from "../../use-late-strings.ts";
import { EventLink } from "../event-link.tsx";
import { cardOf } from "../providers.tsx";
import { arrivalsOf, nextDeadlines } from "./arrivals.ts";

const SHOWN = 5;
const ASKED_EVERY_MS = 1_500;
/** A first sync that takes longer is seen on its card. */
const ASKED_FOR_MS = 60_000;

/** The next deadlines, each once it is in a calendar that was just connected. */
export function Landing({ integration }: { readonly integration: Integration }) {
  const { locale, time_zone } = useSurroundings();
  const api = useMoreApi();
  const words = useLateStrings().returned;
  const [began_ms] = useState(Date.now);
  const obligations = useQuery({
    queryKey: ["next_deadlines"],
    queryFn: () => api.obligations("", 50),
    staleTime: Infinity,
    retry: false,
  });
  const next = nextDeadlines(
    obligations.data ?? [],
    isoDay(new Date(began_ms).toISOString(), time_zone),
    SHOWN,
  );
  const activity = useQuery({
    queryKey: ["arrivals", integration.id],
    queryFn: () => api.activity(null),
    enabled: next.length > 0,
    retry: false,
    refetchInterval: ({ state }) =>
      Date.now() > began_ms + ASKED_FOR_MS ||
        arrivalsOf(next, state.data ?? [], integration.id).arrived.length === next.length
        ? false
        : ASKED_EVERY_MS,
  });
  const { arrived, first_after_s } = arrivalsOf(next, activity.data ?? [], integration.id);
  if (arrived.length === 0) return null;
  return (
    <>
      {first_after_s === null
        ? null
        : <p>{words.first_arrived(formatNumber(Math.round(first_after_s * 10) / 10, locale))}</p>}
      <ul className="ec-list" aria-label={words.next_deadlines}>
        {arrived.map(({ obligation, event_url }) => (
          <Arrived
            key={obligation.id}
            obligation={obligation}
            event_url={event_url}
            integration={integration}
          />
        ))}
      </ul>
    </>
  );
}

function Arrived({ obligation, event_url, integration }: {
  readonly obligation: Obligation;
  readonly event_url: string | null;
  readonly integration: Integration;
}) {
  const { locale, time_zone } = useSurroundings();
  const { title, due, url } = obligation;
  return (
    <li className="ec-row ec-wrap">
      {url === null ? title : <a href={url}>{title}</a>}
      {due === null ? null : <span>· {formatDue(due, locale, time_zone)}</span>}
      <EventLink card={cardOf(integration)} title={title} event_url={event_url} />
    </li>
  );
}
