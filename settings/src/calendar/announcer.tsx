import { useEffect, useRef, useState } from "react";
import type { Integration } from "../api/types.ts";
import { useSurroundings } from "../context.ts";
import { useToast } from "../ui/toasts.tsx";
import { cardOf } from "./providers.tsx";
import { stateOf } from "./state.ts";

/**
 * Says to a screen reader when a calendar's state has changed, once, and not how far a sync has come; and to everybody
 * when an account has gone whose events were being removed.
 */
export function Announcer({ integrations }: { readonly integrations: readonly Integration[] }) {
  const { strings } = useSurroundings();
  const toast = useToast();
  const known = useRef<readonly Integration[]>(undefined);
  const [words, setWords] = useState("");
  useEffect(() => {
    const before = known.current;
    known.current = integrations;
    if (before === undefined) return;
    for (const { id, status, account_email } of before) {
      if (status !== "disconnecting" || integrations.some((one) => one.id === id)) continue;
      toast({
        topic: `leaving ${id}`,
        words: strings.disconnect.done_remove(account_email ?? strings.integration.unknown_account),
      });
    }
    const kinds = new Map(before.map((integration) => [integration.id, stateOf(integration).kind]));
    const changed = integrations.filter((integration) =>
      kinds.get(integration.id) !== stateOf(integration).kind
    );
    if (changed.length === 0) return;
    setWords(
      changed.map((integration) =>
        `${integration.account_email ?? strings.providers[cardOf(integration)].name}: ${
          strings.states[stateOf(integration).kind].label
        }.`
      ).join(" "),
    );
  }, [integrations, strings, toast]);
  return <p className="ec-visually-hidden" role="status">{words}</p>;
}
