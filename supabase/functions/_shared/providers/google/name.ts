/** As the database and the API call it. */
export const NAME = "google";
/** What people call it. */
export const LABEL = "Google";
