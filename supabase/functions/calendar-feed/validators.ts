import type { Feed } from "./feed.ts";

/** Raise it when the same feed comes to be written in other bytes. */
const FORMAT = 2;
const MS_PER_S = 1000;

/** What a reader keeps, to ask later whether anything changed (RFC 9110 §8.8). */
export interface Validators {
  /** Without quotes. */
  readonly tag: string;
  /** Whole seconds since 1970; null where the second is not over, in which more may change. */
  readonly modified_s: number | null;
}

/** Everything that the bytes of a feed follow from; the day, since a feed looks back and ahead from it. */
export function validatorsOf({ feed_changed_at, items_changed_at, day, now }: Feed): Validators {
  const modified_s = Math.max(
    ...[feed_changed_at, items_changed_at, `${day}T00:00:00Z`].map((at) =>
      Math.floor(Date.parse(at) / MS_PER_S)
    ),
  );
  const parts = [feed_changed_at, items_changed_at, day].map((part) => part.replace(/\D/g, ""));
  return {
    tag: [FORMAT, ...parts].join("-"),
    modified_s: modified_s < Math.floor(Date.parse(now) / MS_PER_S) ? modified_s : null,
  };
}

/**
 * Whether what a reader has is what there is. `If-None-Match` decides where it is given (RFC 9110 §13.2.2).
 *
 * @param encodings what may follow a tag: one for each way in which the bytes are sent
 */
export function isCurrent(
  { tag, modified_s }: Validators,
  encodings: readonly string[],
  headers: Headers,
): boolean {
  const none_match = headers.get("if-none-match");
  if (none_match !== null) {
    const given = none_match.split(",").map((entry) => entry.trim().replace(/^W\//, ""));
    return given.includes("*") || encodings.some((encoding) => given.includes(`"${tag}${encoding}"`));
  }
  const since = Date.parse(headers.get("if-modified-since") ?? "");
  return modified_s !== null && !Number.isNaN(since) && modified_s * MS_PER_S <= since;
}
