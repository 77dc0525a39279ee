import type { SeenEvent } from "../domain/seen-event.ts";

/**
 * What became of a call or a change. Only a provider's `answers.ts` reads status codes; whoever calls a provider
 * switches on `kind` alone.
 */
export type Outcome = Done | Edited | Failure;

/** The calendar holds the event as it was asked for. */
export interface Done {
  readonly kind: "done";
  readonly event_id: string;
  readonly etag: string | null;
  /** Its user invited somebody. Absent: nobody, as far as the provider said. */
  readonly has_guests?: true;
}

/** The event is not as it was when we last saw it, so nothing was written. */
export interface Edited {
  readonly kind: "edited";
  readonly event: SeenEvent;
}

/**
 * Everything else. `reason` is the provider's own word, for logs and the list of problems. `silent`: there was no answer, or a
 * server error, so it may be that the provider is down.
 */
export type Failure =
  /** There is nothing at this address (any more): for a removal that is as good as done. */
  | { readonly kind: "gone"; readonly reason: string }
  /** The id or key of a creation is taken; `event_id` is the holder's where the provider names it. */
  | { readonly kind: "exists"; readonly event_id: string | null }
  /** Something else changed the event or the calendar at the same moment: look again. */
  | { readonly kind: "conflict"; readonly reason: string }
  /** This call was certainly not carried out, for a cause that passes; after so many seconds, or with our own backoff. */
  | {
    readonly kind: "retry";
    readonly reason: string;
    readonly after_s: number | null;
    readonly silent?: true;
  }
  /** Perhaps carried out: a lost answer, one that cannot be read, a server error. */
  | {
    readonly kind: "unknown";
    readonly reason: string;
    readonly after_s: number | null;
    readonly silent?: true;
  }
  /** The whole integration waits. `code` is what its user is told; null: nothing, it takes seconds. */
  | {
    readonly kind: "pause";
    readonly reason: string;
    readonly code: "quota" | "configuration" | null;
    readonly after_s: number | null;
  }
  /** The access token is not accepted: one refresh and one repetition. */
  | { readonly kind: "token_rejected"; readonly reason: string }
  /** The grant does not cover this call: only a new consent of the user helps. */
  | { readonly kind: "needs_reconnect"; readonly code: "scope_missing"; readonly reason: string }
  /** The organisation's rules keep us out: only its administrator can help. */
  | { readonly kind: "needs_admin"; readonly code: "blocked_by_policy"; readonly reason: string }
  /** The calendar is gone, or no longer ours to write to. */
  | { readonly kind: "calendar_missing"; readonly reason: string }
  /** Our own calendar is still there, under another id. */
  | { readonly kind: "calendar_moved"; readonly calendar_id: string }
  /** The account has no mailbox or calendar that can be reached this way. */
  | { readonly kind: "mailbox_unavailable"; readonly reason: string }
  /** The provider will never accept this as it is. */
  | { readonly kind: "rejected"; readonly reason: string };

/** Why something did not succeed: the provider's word where it said one, else what kind of answer it was. */
export function reasonOf({ kind, reason }: { readonly kind: string; readonly reason?: string }): string {
  return reason ?? kind;
}

/** Whether a refusal finds fault with a request. Of a batch that is refused so as a whole, single calls tell which it was. */
export function isAboutTheRequest({ kind }: { readonly kind: string }): boolean {
  return kind === "rejected" || kind === "exists" || kind === "conflict" || kind === "gone";
}

/** Whether an outcome is about the account or the calendar, so that the rest of a batch need not be tried. */
export function concernsWholeIntegration(outcome: Outcome): boolean {
  switch (outcome.kind) {
    case "pause":
    case "token_rejected":
    case "needs_reconnect":
    case "needs_admin":
    case "calendar_missing":
    case "calendar_moved":
    case "mailbox_unavailable":
      return true;
    case "done":
    case "gone":
    case "exists":
    case "edited":
    case "conflict":
    case "retry":
    case "unknown":
    case "rejected":
      return false;
  }
}
