// `npm run generate` copies this file to the Settings page, which tells of problems. So it imports nothing.

/** As the database names it: each time that we put an event back, somebody else changed it again. */
export const CHANGED_AGAIN = "changed_again";

/**
 * Our own words for why an event could not be written, and what they come to for people. Any other reason is the provider's word, or the
 * status of its answer.
 */
export const OWN_REASONS = {
  [CHANGED_AGAIN]: "changed_again",
  deadline_out_of_range: "out_of_range",
  edited: "edited",
  network: "no_answer",
  timeout: "no_answer",
  answer_too_large: "unreadable",
  listing_not_finished: "unreadable",
  missing_in_batch: "unreadable",
  next_link: "unreadable",
  unreadable: "unreadable",
  deleted: "gone",
  event_not_found: "gone",
  event_ids_exhausted: "taken",
  exists: "taken",
  transaction_ids_exhausted: "taken",
  uid_taken: "taken",
} as const;

export type OwnReason = typeof OWN_REASONS[keyof typeof OWN_REASONS];
