import { useQuery } from "@tanstack/react-query";
import { useId } from "react";
import { useMoreApi } from "../../api/more.ts";
import type { IntegrationSettings } from "../../api/types.ts";
import { useSurroundings } from "../../context.ts";
import { formatDue, formatInstant } from "../../format.ts";
import { useLateStrings } from "../../use-late-strings.ts";
import { type ProviderCard, ProviderMark } from "../providers.tsx";
import { isTypeShown, type PreviewedObligation, previewReminders, previewTitle } from "./preview.ts";

const SAMPLE_DAYS_AHEAD = 30;
const MS_PER_DAY = 86_400_000;

/** One of the user's obligations, or a made-up one, as its event will look in this calendar. */
export function ContentPreview(
  { provider, settings }: { readonly provider: ProviderCard; readonly settings: IntegrationSettings },
) {
  const { strings, locale, time_zone } = useSurroundings();
  const { preview: words } = useLateStrings().content;
  const id = useId();
  const obligation = usePreviewed(settings);
  if (obligation === null) return <p role="status" className="ec-muted">{strings.loading_part}</p>;
  const { due } = obligation;
  const { is_all_day, at } = previewReminders(due, settings, provider);
  const times = at.map((each) => formatInstant(each, locale, is_all_day ? "UTC" : time_zone));
  const when = formatDue(due, locale, time_zone);
  return (
    <div role="group" aria-labelledby={id}>
      <h6 id={id} className="ec-row">
        <ProviderMark name={provider.card} />
        {words.heading}
      </h6>
      {/* Not announced with each letter that is typed: the field itself says what is wrong. */}
      <div className="ec-preview">
        <p className="ec-preview-title">{previewTitle(obligation, settings, "open")}</p>
        <p>{is_all_day ? words.all_day(when) : words.timed(when)}</p>
        <p className="ec-small">
          {times.length === 0 ? words.no_reminder : words.reminds(new Intl.ListFormat(locale).format(times))}
        </p>
        <p className="ec-small ec-muted">{words.free}</p>
        <p className="ec-small ec-muted ec-preview-more">{words.completed}</p>
        <p>
          {settings.completed_events === "keep"
            ? previewTitle(obligation, settings, "completed")
            : words.completed_gone}
        </p>
      </div>
    </div>
  );
}

/** The user's obligation whose deadline is nearest and whose type is chosen; else a sample. Null: not known yet. */
function usePreviewed(
  settings: IntegrationSettings,
): (PreviewedObligation & { readonly due: string }) | null {
  const { preview: words } = useLateStrings().content;
  const api = useMoreApi();
  const own = useQuery({
    queryKey: ["obligations", ""],
    queryFn: () => api.obligations(""),
    retry: false,
    refetchOnWindowFocus: false,
  });
  if (own.isPending) return null;
  for (const obligation of own.data ?? []) {
    const { due } = obligation;
    if (due !== null && isTypeShown(obligation, settings)) return { ...obligation, due };
  }
  return {
    title: words.sample,
    obligation_type: settings.obligation_types?.[0] ?? words.sample_type,
    due: new Date(Date.now() + SAMPLE_DAYS_AHEAD * MS_PER_DAY).toISOString().slice(0, "YYYY-MM-DD".length),
    time_zone: null,
  };
}
