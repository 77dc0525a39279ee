import type { ReactNode } from "react";
import type { Integration } from "../../api/types.ts";
import { useSurroundings } from "../../context.ts";
import { formatNumber } from "../../format.ts";
import { Distance } from "../../ui/distance.tsx";
import type { State } from "../state.ts";
import { CalendarRow } from "./calendar-row.tsx";

/** What is in which calendar, and when it was and will be synced; a fact that is not known is left out. */
export function IntegrationFacts(
  { integration, state }: { readonly integration: Integration; readonly state: State },
) {
  const { strings: { integration: words }, locale } = useSurroundings();
  const { calendar_name, events, last_synced_at } = integration;
  const next = nextSync(state);
  return (
    <dl className="ec-facts">
      {calendar_name === null ? null : <CalendarRow integration={integration} name={calendar_name} />}
      <Fact name={words.in_calendar}>{words.deadlines(events, formatNumber(events, locale))}</Fact>
      <Fact name={words.last_synced}>
        {last_synced_at === null ? words.never_synced : <Distance instant={last_synced_at} />}
      </Fact>
      {next === null ? null : (
        <Fact name={words.next_sync}>
          {next === "on_change" ? words.on_change : <Distance instant={next.at} />}
        </Fact>
      )}
    </dl>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** Null: now, or not before its user does something. */
function nextSync(state: State): "on_change" | { readonly at: string } | null {
  switch (state.kind) {
    case "up_to_date":
    case "has_problems":
      return "on_change";
    case "provider_down":
    case "quota":
      return state.next_try_at === null ? null : { at: state.next_try_at };
    default:
      return null;
  }
}
