/** As its row and its integrations call it. */
export const NAME = "caldav";
/** What people call it. */
export const LABEL = "CalDAV";
