import type { Ready } from "./running-stacks.ts";

/** What `npm start` says to people, what they look at first at the top. */
export function describeReady(ready: Ready, log_file: string | null): string {
  const emails = ready.users.map(({ email }) => email);
  const lines = [
    ["Open", `${ready.demoUrl} and sign in as ${emails.join(" or ")} (a button each)`],
    ["Settings page", ready.settingsUrl],
    ["Google calendars", ready.googleUrl],
    ["Outlook calendars", ready.outlookUrl],
    ["CalDAV calendars", ready.caldavUrl],
    ["API", ready.apiUrl],
    ["publishable key", ready.publishableKey],
    ["database", ready.databaseUrl],
    ...(emails[0] === undefined ? [] : [["SQL to try", sqlToTry(emails[0])]]),
    ...(log_file === null ? [] : [["logs", log_file]]),
  ];
  return lines.map(([name = "", value]) => `${name.padStart(18)}  ${value}`).join("\n");
}

/** One line that shows up in the calendars of a connected demo user. */
export function sqlToTry(email: string): string {
  return "insert into public.obligations (user_id, title, deadline_date) " +
    `select id, 'My first deadline', current_date + 7 from auth.users where email = '${email}';`;
}
