import { useEffect, useState } from "react";
import type { Integration } from "../../api/types.ts";
import type { ProviderCard } from "../providers.tsx";
import { CalendarEdits } from "./calendar-edits.tsx";
import { CompletedEvents } from "./completed-events.tsx";
import { ContentPreview } from "./content-preview.tsx";
import { Reminders } from "./reminders.tsx";
import { TitleTemplate } from "./title-template.tsx";
import { TypesChoice } from "./types-choice.tsx";

/** What goes into the events of one calendar, and how one of them will look. */
export function EventContent(
  { provider, integration }: { readonly provider: ProviderCard; readonly integration: Integration },
) {
  // Until it is set; null: as it is set.
  const [typed, setTyped] = useState<string | null>(null);
  const { settings } = integration;
  useEffect(() => setTyped(null), [settings.title_template]);
  return (
    <>
      <ContentPreview
        provider={provider}
        settings={{ ...settings, title_template: typed ?? settings.title_template }}
      />
      <TypesChoice integration={integration} />
      <TitleTemplate integration={integration} onTyped={setTyped} />
      <Reminders provider={provider} integration={integration} />
      <CompletedEvents integration={integration} />
      <CalendarEdits integration={integration} />
    </>
  );
}
