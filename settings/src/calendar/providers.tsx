import type { ProviderName } from "../api/types.ts";

/** What differs between the providers here; what is said of each is in the strings. */
export interface ProviderCard {
  readonly name: ProviderName;
  /** Whether a user's existing calendars are seen only after a wider consent. */
  readonly asks_for_existing_calendars: boolean;
  /** Whether an event has one reminder at most. */
  readonly has_one_reminder: boolean;
  /** Whether an administrator may have to allow a connection. */
  readonly has_administrators: boolean;
  /** Of accounts with a user name and a password: what there is to begin with, and which server that offers first. */
  readonly servers?: readonly { readonly name: "apple" | "other"; readonly url: string | null }[];
}

/** In the order in which they are shown. */
export const PROVIDERS: readonly ProviderCard[] = [
  {
    name: "google",
    asks_for_existing_calendars: true,
    has_one_reminder: false,
    has_administrators: false,
  },
  {
    name: "outlook",
    asks_for_existing_calendars: false,
    has_one_reminder: true,
    has_administrators: true,
  },
  {
    name: "caldav",
    asks_for_existing_calendars: false,
    has_one_reminder: false,
    has_administrators: false,
    servers: [{ name: "apple", url: "https://caldav.icloud.com/" }, { name: "other", url: null }],
  },
];

/** What there is to begin with, where accounts of a provider have a user name and a password; else null. */
export function serversOf(provider: ProviderName): NonNullable<ProviderCard["servers"]> | null {
  return PROVIDERS.find(({ name }) => name === provider)?.servers ?? null;
}

const SHEETS: Readonly<Record<ProviderName, readonly string[]>> = {
  google: ["#4285f4", "#34a853", "#fbbc04", "#ea4335"],
  outlook: ["#0f6cbd", "#2886de", "#50b8f0", "#0f548c"],
  caldav: ["#d6453d", "#8e8e93", "#aeaeb2", "#636366"],
};

/** A calendar sheet in the provider's colours; its name always stands beside it. */
export function ProviderMark({ name }: { readonly name: ProviderName }) {
  const [top, right, bottom, left] = SHEETS[name];
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
