import { useEffect, useRef, useState } from "react";
import type { Integration } from "../api/types.ts";
import { useSurroundings } from "../context.ts";
import { stateOf } from "./state.ts";

/** Says to a screen reader when a calendar's state has changed, once, and not how far a sync has come. */
export function Announcer({ integrations }: { readonly integrations: readonly Integration[] }) {
  const { strings } = useSurroundings();
  const known = useRef<ReadonlyMap<string, string>>(undefined);
  const [words, setWords] = useState("");
  useEffect(() => {
    const now = new Map(integrations.map((integration) => [integration.id, stateOf(integration).kind]));
    const changed = integrations.filter(({ id }) => known.current && known.current.get(id) !== now.get(id));
    known.current = now;
    if (changed.length === 0) return;
    setWords(
      changed.map((integration) =>
        `${integration.account_email ?? strings.providers[integration.provider].name}: ${
          strings.states[stateOf(integration).kind].label
        }.`
      ).join(" "),
    );
  }, [integrations, strings]);
  return <p className="ec-visually-hidden" role="status">{words}</p>;
}
