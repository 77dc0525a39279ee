import { useState } from "react";
import type { Integration } from "../../api/types.ts";
import { ObligationTypesField } from "../../ui/obligation-types-field.tsx";
import { useLateStrings } from "../../use-late-strings.ts";
import { useSettingsChange } from "./use-settings-change.ts";

/** Which types of obligations the calendar shows. */
export function TypesChoice({ integration }: { readonly integration: Integration }) {
  const { types: words } = useLateStrings().content;
  const { settings, change } = useSettingsChange(integration);
  // A list without any type is no choice yet, and is not sent.
  const [isEmpty, setEmpty] = useState(false);
  return (
    <ObligationTypesField
      className="ec-setting"
      types={isEmpty ? [] : settings.obligation_types}
      onChange={(obligation_types) => {
        setEmpty(obligation_types?.length === 0);
        if (obligation_types?.length === 0) return;
        change({ obligation_types }, obligation_types === null ? words.changed_all : words.changed);
      }}
    />
  );
}
