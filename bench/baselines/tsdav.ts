// What tsdav does, the CalDAV client that most projects in JavaScript use: one PUT an event. The baseline of the initial sync.
import { createDAVClient } from "tsdav";
import { PASSWORD } from "../../local/providers/caldav/server.ts";

/** Finds an account's calendars as tsdav does, and writes files to the one that is asked for, so many at a time. */
export async function tsdavClient(url: string, username: string, calendar_id: string) {
  const client = await createDAVClient({
    serverUrl: url,
    credentials: { username, password: PASSWORD },
    authMethod: "Basic",
    defaultAccountType: "caldav",
  });
  const calendar = (await client.fetchCalendars()).find((one) => new URL(one.url).pathname === calendar_id);
  if (calendar === undefined) throw new Error("tsdav does not find the calendar.");
  return async (files: ReadonlyMap<string, string>, at_once: number) => {
    const queue = files.entries();
    await Promise.all(Array.from({ length: at_once }, async () => {
      for (const [filename, iCalString] of queue) {
        const response = await client.createCalendarObject({ calendar, filename, iCalString });
        if (!response.ok) throw new Error(`tsdav's PUT was answered ${response.status}.`);
        await response.body?.cancel();
      }
    }));
  };
}
