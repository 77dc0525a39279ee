import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useMoreApi } from "../../api/more.ts";
import type { Integration, Obligation } from "../../api/types.ts";
import { useSurroundings } from "../../context.ts";
import { formatDue, formatNumber, isoDay } from "../../format.ts";
import { useLateStrings } from "../../use-late-strings.ts";
import { cardOf, PROVIDERS } from "../providers.tsx";
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
        {arrived.map((obligation) => (
          <Arrived key={obligation.id} obligation={obligation} integration={integration} />
        ))}
      </ul>
    </>
  );
}

function Arrived(
  { obligation, integration }: { readonly obligation: Obligation; readonly integration: Integration },
) {
  const { strings, locale, time_zone } = useSurroundings();
  const words = useLateStrings().returned;
  const { title, due, url } = obligation;
  const card = cardOf(integration);
  const day_page = PROVIDERS.find((one) => one.card === card)?.day_page;
  return (
    <li>
      {url !== null && /^https?:/.test(url) ? <a href={url}>{title}</a> : title}
      {due === null ? null : ` · ${formatDue(due, locale, time_zone)}`}
      {due === null || day_page === undefined ? null : (
        <>
          {" · "}
          <a
            href={day_page + dayOf(due, time_zone)}
            target="_blank"
            rel="noreferrer"
            aria-label={words.see_named(title, strings.providers[card].name)}
          >
            {words.see(strings.providers[card].name)}
          </a>
        </>
      )}
    </li>
  );
}

/** `2027/1/31` */
function dayOf(due: string, time_zone: string | undefined): string {
  const day = due.includes("T") ? isoDay(due, time_zone) : due;
  return day.split("-").map(Number).join("/");
}
