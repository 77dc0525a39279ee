const PATTERNS = [
  ["google", /Google-Calendar|GoogleCalendar|Feedfetcher-Google/i],
  ["thunderbird", /Thunderbird|Lightning/i],
  ["outlook", /Outlook|Exchange|Microsoft Office|MSOffice/i],
  ["apple", /dataaccessd|CalendarAgent|CalendarStore|calaccessd|com\.apple\.Calendar|\biCal\//i],
] as const;

/** The kinds of programs that read feeds. They are no providers: nobody connects an account for them. */
export const CLIENT_KINDS = ["google", "outlook", "apple", "thunderbird", "other"] as const;

export type ClientKind = typeof CLIENT_KINDS[number];

/** What a `User-Agent` says of the program; the header itself is kept nowhere. */
export function clientKind(user_agent: string): ClientKind {
  return PATTERNS.find(([, pattern]) => pattern.test(user_agent))?.[0] ?? "other";
}
