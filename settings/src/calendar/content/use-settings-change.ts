import { useIntegrationChange } from "../../api/queries.ts";
import type { Integration, IntegrationSettings } from "../../api/types.ts";
import { useSurroundings } from "../../context.ts";
import { useToast } from "../../ui/toasts.tsx";

/** Changes settings, shows them at once as they will be, and offers to take the change back. */
export function useSettingsChange(integration: Integration) {
  const { api, strings } = useSurroundings();
  const mutation = useIntegrationChange(api.update);
  const toast = useToast();
  const settings = { ...integration.settings, ...mutation.underWay?.settings };
  const send = (changed: Partial<IntegrationSettings>, words: string | null) => {
    // What was set since then stays.
    const { reminders_minutes, all_day_reminder_time, completed_events } = settings;
    const { obligation_types, title_template, calendar_edits } = settings;
    const before = {
      ...(changed.reminders_minutes === undefined ? {} : { reminders_minutes }),
      ...(changed.all_day_reminder_time === undefined ? {} : { all_day_reminder_time }),
      ...(changed.completed_events === undefined ? {} : { completed_events }),
      ...(changed.obligation_types === undefined ? {} : { obligation_types }),
      ...(changed.title_template === undefined ? {} : { title_template }),
      ...(changed.calendar_edits === undefined ? {} : { calendar_edits }),
    };
    const topic = `${Object.keys(changed).join()} ${integration.id}`;
    mutation.mutate({ integration_id: integration.id, settings: changed }, {
      onError: (error) => toast({ error, topic }),
      onSuccess: () => {
        if (words !== null) {
          toast({
            topic,
            words,
            action: { label: strings.undo, run: () => send(before, null) },
          });
        }
      },
    });
  };
  return {
    settings,
    /** @param words what has been changed */
    change: (changed: Partial<IntegrationSettings>, words: string) => send(changed, words),
  };
}
