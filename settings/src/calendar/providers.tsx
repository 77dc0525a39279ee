import type { Integration, ProviderName } from "../api/types.ts";

/** A card for each provider, and one for Apple, whose calendars go by the same protocol as those of any other server. */
export type CardName = ProviderName | "apple";

/** What differs between the cards here; what is said of each is in the strings. */
export interface ProviderCard {
  readonly card: CardName;
  readonly name: ProviderName;
  /** Whether a user's existing calendars are seen only after a wider consent. */
  readonly asks_for_existing_calendars: boolean;
  /** Whether an event has one reminder at most. */
  readonly has_one_reminder: boolean;
  /** Whether a reminder may ring after an all-day event has begun; else it rings at the midnight that the day begins with. */
  readonly reminds_after_start: boolean;
  /** Whether an administrator may have to allow a connection. */
  readonly has_administrators: boolean;
  /** Of accounts with a user name and a password: where their servers are; null: wherever the user says. */
  readonly server?: { readonly url: string; readonly site: string } | null;
}

/** In the order in which they are shown. */
export const PROVIDERS: readonly ProviderCard[] = [
  {
    card: "google",
    name: "google",
    asks_for_existing_calendars: true,
    has_one_reminder: false,
    reminds_after_start: false,
    has_administrators: false,
  },
  {
    card: "outlook",
    name: "outlook",
    asks_for_existing_calendars: false,
    has_one_reminder: true,
    reminds_after_start: false,
    has_administrators: true,
  },
  {
    card: "apple",
    name: "caldav",
    asks_for_existing_calendars: false,
    has_one_reminder: false,
    reminds_after_start: true,
    has_administrators: false,
    server: { url: "https://caldav.icloud.com/", site: "icloud.com" },
  },
  {
    card: "caldav",
    name: "caldav",
    asks_for_existing_calendars: false,
    has_one_reminder: false,
    reminds_after_start: true,
    has_administrators: false,
    server: null,
  },
];

/** Whether accounts of a provider have a user name and a password. */
export function hasPassword(provider: ProviderName): boolean {
  return PROVIDERS.some(({ name, server }) => name === provider && server !== undefined);
}

/** The card that an account belongs on. @param server its host name, where its user named one */
export function cardOf({ provider, server }: Pick<Integration, "provider" | "server">): CardName {
  const host = `.${server ?? ""}`;
  return PROVIDERS.find((one) => one.name === provider && one.server && host.endsWith(`.${one.server.site}`))
    ?.card ?? provider;
}

/** The card of what tells of an account by its id: of one that is gone only the provider is known. */
export function cardIn(
  integrations: readonly Integration[],
  { integration_id, provider }: {
    readonly integration_id: string | null;
    readonly provider: ProviderName;
  },
): CardName {
  const account = integrations.find(({ id }) => id === integration_id);
  return account === undefined ? provider : cardOf(account);
}

const SHEETS: Readonly<Record<CardName, readonly string[]>> = {
  google: ["#4285f4", "#34a853", "#fbbc04", "#ea4335"],
  outlook: ["#0f6cbd", "#2886de", "#50b8f0", "#0f548c"],
  apple: ["#d6453d", "#8e8e93", "#aeaeb2", "#636366"],
  caldav: ["#0b7a75", "#5aa9a5", "#8cc9c5", "#07504d"],
};

/** A calendar sheet in the provider's colours; its name always stands beside it. */
export function ProviderMark({ name }: { readonly name: CardName }) {
  return <Sheet colours={SHEETS[name]} />;
}

/** The sheet of calendar links, which are no provider's. */
export function FeedIcon() {
  return <Sheet colours={["#6b4fbb", "#9b86d6", "#c3b5ea", "#4a3591"]} />;
}

function Sheet({ colours: [top, right, bottom, left] }: { readonly colours: readonly string[] }) {
  return (
    <svg className="ec-mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect x="3" y="3" width="26" height="26" rx="6" fill={left} />
      <path d="M9 3h14a6 6 0 0 1 6 6v2H3V9a6 6 0 0 1 6-6z" fill={top} />
      <path d="M21 11h8v12a6 6 0 0 1-6 6h-2z" fill={right} />
      <path d="M3 22h20v7H9a6 6 0 0 1-6-6z" fill={bottom} />
      <rect x="8" y="11" width="15" height="12" rx="1.5" fill="#fff" />
      <path d="M11 17l3 3 6-6" fill="none" stroke={top} strokeWidth="2" strokeLinecap="round" />
    </svg>
  );
}
