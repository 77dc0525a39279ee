/** Where everything is. */
export interface Ready {
  readonly settingsUrl: string;
  readonly apiUrl: string;
  readonly databaseUrl: string;
  readonly googleUrl: string;
  readonly outlookUrl: string;
  readonly users: readonly { readonly email: string }[];
}

/** What `npm start` says to people, what they look at first at the top. */
export function describeReady(ready: Ready): string {
  return [
    ["Settings page", ready.settingsUrl],
    ["sign in as", `${ready.users.map(({ email }) => email).join(" or ")} (filled in there)`],
    ["Google calendars", ready.googleUrl],
    ["Outlook calendars", ready.outlookUrl],
    ["API", ready.apiUrl],
    ["database", ready.databaseUrl],
  ].map(([name = "", value]) => `${name.padStart(18)}  ${value}`).join("\n");
}
