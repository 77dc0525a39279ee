/** As the database and the API call it. */
export const NAME = "outlook";
/** What people call it. */
export const LABEL = "Outlook";
