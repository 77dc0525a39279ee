/** Where a feed's address is taken over by an application with one click. */
export interface ClientLinks {
  readonly apple: string;
  readonly google: string;
  readonly outlook: string;
}

/**
 * @param url the feed's secret address; it goes to whom the link leads to, as it has to
 * @param name shown by Outlook; the others read it from the feed
 */
export function clientLinks(url: string, name: string): ClientLinks {
  const webcal = url.replace(/^https?:/, "webcal:");
  return {
    apple: webcal,
    google: `https://calendar.google.com/calendar/render?${new URLSearchParams({ cid: webcal })}`,
    outlook: `https://outlook.office.com/calendar/0/addfromweb?${new URLSearchParams({ url, name })}`,
  };
}
