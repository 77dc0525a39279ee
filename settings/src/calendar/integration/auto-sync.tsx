import { useId } from "react";
import { useIntegrationChange } from "../../api/queries.ts";
import type { Integration } from "../../api/types.ts";
import { useSurroundings } from "../../context.ts";
import { Switch } from "../../ui/switch.tsx";
import { useToast } from "../../ui/toasts.tsx";
import { useErrorToast } from "../use-error-toast.ts";

/** The switch of one calendar; what is switched can be switched back. */
export function AutoSync({ integration }: { readonly integration: Integration }) {
  const { api, strings } = useSurroundings();
  const id = useId();
  const change = useIntegrationChange(api.update);
  const toast = useToast();
  const topic = `sync ${integration.id}`;
  const onError = useErrorToast(topic);
  const shown = change.underWay?.sync_enabled ?? integration.sync_enabled;
  const switchTo = (sync_enabled: boolean, is_undo: boolean) =>
    change.mutate({ integration_id: integration.id, sync_enabled }, {
      onError,
      onSuccess: () =>
        toast({
          topic,
          words: sync_enabled ? strings.auto_sync.on : strings.auto_sync.off,
          ...(is_undo ? {} : { action: { label: strings.undo, run: () => switchTo(!sync_enabled, true) } }),
        }),
    });
  return (
    <div className="ec-setting ec-spread">
      <div>
        <label htmlFor={id}>{strings.auto_sync.label}</label>
        <p id={`${id}-hint`} className="ec-small ec-muted">{strings.auto_sync.hint}</p>
      </div>
      <Switch
        id={id}
        checked={shown}
        described_by={`${id}-hint`}
        onChange={(checked) => switchTo(checked, false)}
      />
    </div>
  );
}
