import { useSurroundings } from "../context.ts";
import { useLateStrings } from "../use-late-strings.ts";
import type { CardName } from "./providers.tsx";

/** Where a service shows its calendars on the web, of services whose events have no pages of their own. */
const CALENDAR_PAGES: Partial<Record<CardName, string>> = { apple: "https://www.icloud.com/calendar/" };

/** Leads to an event in its provider's own application; nothing where there is no way. */
export function EventLink({ card, title, event_url, words }: {
  readonly card: CardName;
  /** Of the event, for those who hear the link alone. */
  readonly title: string;
  /** As the API gives it. */
  readonly event_url: string | null;
  /** What is said instead of "See it in …". */
  readonly words?: string;
}) {
  const { strings } = useSurroundings();
  const { see, see_named } = useLateStrings().returned;
  const url = event_url ?? CALENDAR_PAGES[card];
  if (url === undefined) return null;
  const { name } = strings.providers[card];
  return (
    <a
      href={url}
      target="_blank"
      rel="noreferrer"
      aria-label={words === undefined ? see_named(title, name) : undefined}
    >
      {words ?? see(name)}
    </a>
  );
}

/** The ways from an item to its obligation and to its event. */
export function ItemLinks({ item, title, card }: {
  readonly item: { readonly obligation_url: string | null; readonly event_url: string | null };
  readonly title: string;
  readonly card: CardName;
}) {
  const words = useLateStrings().links;
  const { obligation_url, event_url } = item;
  if (obligation_url === null && event_url === null) return null;
  return (
    <p className="ec-small ec-row ec-wrap">
      {obligation_url === null
        ? null
        : <a href={obligation_url} aria-label={words.obligation_named(title)}>{words.obligation}</a>}
      {event_url === null ? null : <EventLink card={card} title={title} event_url={event_url} />}
    </p>
  );
}
