import { useMutation, useQueryClient } from "@tanstack/react-query";
import { codeOf } from "../api/error.ts";
import { tellOtherTabs } from "../api/queries.ts";
import type { Preferences, PreferencesChange } from "../api/types.ts";
import { useErrorToast } from "../calendar/use-error-toast.ts";
import { useSurroundings } from "../context.ts";
import { useToast } from "../ui/toasts.tsx";
import { useLateStrings } from "../use-late-strings.ts";
import { PREFERENCES_KEY } from "./use-preferences.ts";

/**
 * Changes a user's defaults, shows them at once as they will be, and offers to take the change back.
 *
 * @param known as they are on the server
 */
export function usePreferenceChange(known: Preferences) {
  const { api, strings } = useSurroundings();
  const { general } = useLateStrings();
  const queries = useQueryClient();
  const toast = useToast();
  const onError = useErrorToast();
  const mutation = useMutation({
    mutationFn: api.changePreferences,
    onMutate: (change) => {
      const before = queries.getQueryData<Preferences>(PREFERENCES_KEY);
      queries.setQueryData<Preferences>(PREFERENCES_KEY, (shown) => shown && { ...shown, ...change });
      return { before };
    },
    onSuccess: (changed) => {
      queries.setQueryData(PREFERENCES_KEY, changed);
      tellOtherTabs();
    },
    onError: (error, _change, context) => {
      queries.setQueryData(PREFERENCES_KEY, context?.before);
      if (codeOf(error) === "invalid_request") toast({ words: general.unknown_time_zone });
      else onError(error);
    },
  });
  return {
    /**
     * @param change what is chosen
     * @param words what has been changed
     */
    change: (change: PreferencesChange, words: string) => {
      const { time_zone, all_day_reminder_time } = known;
      // There is no way back to a time zone that was not known.
      const before = {
        ...(change.time_zone === undefined || time_zone === null ? {} : { time_zone }),
        ...(change.all_day_reminder_time === undefined ? {} : { all_day_reminder_time }),
      };
      mutation.mutate(change, {
        onSuccess: () =>
          toast({ words, action: { label: strings.undo, run: () => mutation.mutate(before) } }),
      });
    },
  };
}
