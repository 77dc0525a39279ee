import type { Activity, Obligation } from "../../api/types.ts";

/** What of the next deadlines has arrived in a calendar that was just connected. */
export interface Arrivals {
  /** The next first; `event_url` as the API gives it. */
  readonly arrived: readonly { readonly obligation: Obligation; readonly event_url: string | null }[];
  /** How long after the connection the first one came; null: none yet. */
  readonly first_after_s: number | null;
}

/**
 * The deadlines that are next.
 *
 * @param today `YYYY-MM-DD`
 */
export function nextDeadlines(
  obligations: readonly Obligation[],
  today: string,
  n: number,
): readonly Obligation[] {
  return obligations
    .flatMap((obligation) => {
      const { due, status } = obligation;
      return status === "open" && due !== null && due >= today ? [{ due, obligation }] : [];
    })
    .sort((a, b) => a.due < b.due ? -1 : a.due > b.due ? 1 : 0)
    .slice(0, n)
    .map(({ obligation }) => obligation);
}

/** @param activities of which those of this connection count, the newest first */
export function arrivalsOf(
  next: readonly Obligation[],
  activities: readonly Activity[],
  integration_id: string,
): Arrivals {
  const own = activities.filter((activity) => activity.integration_id === integration_id);
  const connected = own.find(({ action }) => action === "connected" || action === "reconnected");
  const began_ms = connected === undefined ? null : Date.parse(connected.at);
  const events = own.filter((activity) => activity.kind === "event").filter(({ action, at }) =>
    (action === "created" || action === "adopted") && (began_ms === null || Date.parse(at) >= began_ms)
  );
  const first = events.at(-1);
  const urls = new Map(events.map(({ obligation_id, event_url }) => [obligation_id, event_url]));
  return {
    arrived: next.flatMap((obligation) => {
      const event_url = urls.get(obligation.id);
      return event_url === undefined ? [] : [{ obligation, event_url }];
    }),
    first_after_s: began_ms === null || first === undefined ? null : (Date.parse(first.at) - began_ms) / 1000,
  };
}
