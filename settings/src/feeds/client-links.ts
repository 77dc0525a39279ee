/** Applications that take a feed's address over with one click. */
type Client = "apple" | "google" | "outlook";

/** Where an application takes it over. */
export interface ClientLink {
  readonly client: Client;
  readonly url: string;
  /** On the web, and not on this device. */
  readonly is_page: boolean;
}

/**
 * @param url the feed's secret address; it goes to whom the link leads to, as it has to
 * @param name shown by Outlook; the others read it from the feed
 */
export function clientLinks(url: string, name: string): readonly ClientLink[] {
  const to = (page: string, query: Readonly<Record<string, string>>) =>
    `${page}?${new URLSearchParams(query)}`;
  return [
    { client: "apple", url: webcalOf(url), is_page: false },
    {
      client: "google",
      url: to("https://calendar.google.com/calendar/render", { cid: webcalOf(url) }),
      is_page: true,
    },
    {
      client: "outlook",
      url: to("https://outlook.office.com/calendar/0/addfromweb", { url, name }),
      is_page: true,
    },
  ];
}

/** The address by which a calendar application of this device opens a feed. */
export function webcalOf(url: string): string {
  return url.replace(/^https?:/, "webcal:");
}
