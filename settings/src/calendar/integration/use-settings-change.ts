import { useIntegrationChange } from "../../api/queries.ts";
import type { Integration, IntegrationSettings } from "../../api/types.ts";
import { useSurroundings } from "../../context.ts";
import { useToast } from "../../ui/toasts.tsx";
import { useErrorToast } from "../use-error-toast.ts";

/** Changes settings, shows them at once as they will be, and offers to take the change back. */
export function useSettingsChange(integration: Integration) {
  const { api, strings } = useSurroundings();
  const mutation = useIntegrationChange(api.update);
  const toast = useToast();
  const onError = useErrorToast();
  const send = (settings: Partial<IntegrationSettings>, words: string | null) => {
    const before = integration.settings;
    mutation.mutate({ integration_id: integration.id, settings }, {
      onError,
      onSuccess: () => {
        if (words !== null) toast({ words, action: { label: strings.undo, run: () => send(before, null) } });
      },
    });
  };
  return {
    settings: mutation.isPending
      ? { ...integration.settings, ...mutation.variables.settings }
      : integration.settings,
    /** @param words what has been changed */
    change: (settings: Partial<IntegrationSettings>, words: string) => send(settings, words),
  };
}
