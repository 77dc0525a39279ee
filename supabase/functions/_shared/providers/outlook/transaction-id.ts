import { createHash } from "node:crypto";

/**
 * How many ids we try for one obligation of one owner in one calendar. Whether Exchange ever frees the id of an event
 * that was deleted is documented nowhere, so such an event is followed by one with the next generation.
 */
export const GENERATIONS_MAX = 32;

/** The namespace of our ids; with another one, every event would be created anew. */
const NAMESPACE = "0d9c5f3e-5b1a-4c52-9a57-6e4c0b7f21d8";

/**
 * The transaction id that we create an event with, so that repeating its creation finds it instead of doubling it.
 *
 * The calendar takes part in it because Graph keeps these ids by mailbox: an event that has moved to another calendar
 * would meet the burned id of the one that was deleted for it. So does the owner: in one mailbox, several may have an
 * event of the same obligation.
 *
 * Synchronous, which WebCrypto is not, so that a program can ask for the next one.
 *
 * @param owner what the event is tagged with
 * @param obligation_id UUID
 * @param place what stays the same of the calendar when its id changes
 * @param generation 0, or one more than the newest generation that is burned; or the id of an event that is gone from the calendar
 * and that this one follows, so that the ids that were burned before need not be tried
 * @returns a UUID
 * @source RFC 9562 §5.5 (version 5); https://learn.microsoft.com/graph/api/resources/event, transactionId
 */
export function transactionId(
  owner: string,
  obligation_id: string,
  place: string,
  generation: number | string,
): string {
  const hash = createHash("sha1")
    .update(NAMESPACE.replaceAll("-", ""), "hex")
    .update(`${owner}\n${obligation_id.toLowerCase()}\n${place}\n${generation}`)
    .digest()
    .subarray(0, 16);
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x50;
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  return hash.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** A UUID of version 5; Outlook's own clients use random ones, and words. */
const OUR_FORM = /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;

/**
 * Whether an event with our tags was created by us. A copy that its user made may have them too.
 *
 * The form has to do: what the id was made of may have changed since, such as the id of the calendar.
 *
 * @param transaction_id as Graph shows it; undefined: it does not, and the tags have to do
 */
export function isCreatedByUs(transaction_id: string | null | undefined): boolean {
  return transaction_id === undefined || (transaction_id !== null && OUR_FORM.test(transaction_id));
}
