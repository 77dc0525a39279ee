import { useState } from "react";
import { codeOf } from "../../api/error.ts";
import { useRequest } from "../../api/queries.ts";
import type { EventsChoice, Integration } from "../../api/types.ts";
import { useSurroundings } from "../../context.ts";
import { Button } from "../../ui/button.tsx";
import { useToast } from "../../ui/toasts.tsx";
import { useConnect } from "../connection/use-connect.ts";
import type { State } from "../state.ts";
import { useErrorToast } from "../use-error-toast.ts";
import { lazyPart, Part } from "../../ui/part.tsx";

const DisconnectDialog = lazyPart(() => import("./disconnect-dialog.tsx"));

/** *Sync now* and *Disconnect*. */
export function IntegrationActions(
  { integration, state }: { readonly integration: Integration; readonly state: State },
) {
  const { api, strings } = useSurroundings();
  const [isAsking, setAsking] = useState(false);
  const toast = useToast();
  const onError = useErrorToast();
  const sync = useRequest(api.syncNow);
  const disconnect = useRequest(({ events }: { readonly events: EventsChoice }) =>
    api.disconnect(integration.id, events)
  );
  const account = integration.account_email ?? strings.integration.unknown_account;
  const { connect_again, grant_page } = strings.disconnect;
  const connect = useConnect();
  const { provider, access } = integration;

  const end = (events: EventsChoice) =>
    disconnect.mutate({ events }, {
      onSuccess: (gone) => {
        // What was never finished had no events.
        if (state.kind === "waiting_for_confirmation") return;
        toast({
          topic: `leaving ${integration.id}`,
          words: gone.is_removing
            ? strings.disconnect.removing(account)
            : strings.disconnect.done_keep(account),
          ...(gone.is_removing
            ? {}
            : { action: { label: connect_again, run: () => connect.mutate({ provider, access }) } }),
          // Where the grant is lost there is no access left to end.
          ...(gone.grant_page === null || integration.status === "disconnected"
            ? {}
            : { link: { label: grant_page, href: gone.grant_page } }),
        });
      },
      onError: (error) => {
        // It is gone already: pressed twice, or in another tab.
        if (codeOf(error) !== "not_found") onError(error);
      },
    });

  return (
    <div className="ec-actions">
      {integration.status === "active" && integration.sync_enabled
        ? (
          <Button
            isWorking={sync.isPending}
            onClick={() =>
              sync.mutate(integration.id, {
                onError,
                onSuccess: () => toast({ words: strings.integration.sync_asked }),
              })}
          >
            {strings.integration.sync_now}
          </Button>
        )
        : null}
      <Button
        isWorking={disconnect.isPending}
        onClick={() => state.kind === "waiting_for_confirmation" ? end("keep") : setAsking(true)}
      >
        {state.kind === "waiting_for_confirmation" ? strings.cancel : strings.integration.disconnect}
      </Button>
      {isAsking
        ? (
          <Part>
            <DisconnectDialog
              account={account}
              can_remove={integration.status !== "disconnected"}
              onAnswer={(events) => {
                setAsking(false);
                if (events !== null) end(events);
              }}
            />
          </Part>
        )
        : null}
    </div>
  );
}
