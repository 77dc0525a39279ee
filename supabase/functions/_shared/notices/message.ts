import { CHANGED_AGAIN } from "../domain/own-reasons.ts";
import type { NoticeKind } from "./kinds.ts";

/** A calendar, as far as its user is told which one. */
export interface NoticeCalendar {
  /** What people call its provider. */
  readonly provider: string;
  /** Null: the account is removed. */
  readonly account_email: string | null;
}

/** What the words of a notice are made of. */
export interface NoticeFacts {
  readonly kind: NoticeKind;
  /** The calendar that it is about; null: none, or it is gone. */
  readonly calendar: NoticeCalendar | null;
  /** Why, by kind: the code of an integration's `last_error`, the reason of a deadline, what was done about a move. */
  readonly code: string | null;
  /** Of a key, or the host of a webhook: what its user typed. Left out of mails. */
  readonly name: string | null;
}

/** Why a connection was lost, and what to do. */
const LOST: Readonly<Record<string, string>> = {
  invalid_grant: "The account no longer lets us in. Connect it again.",
  scope_missing:
    "The permission to change the calendar was withdrawn. Connect it again and allow everything.",
  admin_consent_required: "Your organisation's administrator has to allow this first. Then connect it again.",
  secret_unreadable: "The stored access can no longer be read. Connect it again.",
};

/** Why a connection is paused, and what to do. */
const PAUSED: Readonly<Record<string, string>> = {
  calendar_missing: "The calendar is gone or can no longer be written to. Choose another one.",
  mass_deletion: "Unusually many events would be deleted. Look at them and decide.",
  mass_edit: "Unusually many events were moved or deleted in the calendar. Look at them and decide.",
  blocked_by_policy: "A policy of your organisation does not let us in. Ask its administrator.",
  mailbox_unavailable: "The account's mailbox cannot be reached. It was removed or has moved.",
  paused_by_admin: "An administrator has paused it. The page says why.",
};

/**
 * What a notice says: which calendar, why, what happens meanwhile, and what to do. It names no obligation.
 */
export function noticeMessage({ kind, calendar, code, name }: NoticeFacts): string {
  const where = calendarInWords(calendar);
  const named = name === null ? "" : ` “${name}”`;
  switch (kind) {
    case "connection_lost":
      return `The connection to ${where} is lost. ${
        LOST[code ?? ""] ?? "Connect it again."
      } Until then no deadline reaches it.`;
    case "connection_paused":
      return `The sync with ${where} is paused. ${
        PAUSED[code ?? ""] ?? "Look at it on the page."
      } Until then no deadline reaches it.`;
    case "deadline_failed":
      return code === CHANGED_AGAIN
        ? `Another program, or another person, keeps changing the time of an event in ${where}, so it is left as it is. End those changes, then try again on the page.`
        : `A deadline could not be shown in ${where}. Look at it on the page and try again.`;
    case "deadline_restored":
      return `An event that was deleted in ${where} was put back, because its deadline still stands. Delete it again if it is to stay away.`;
    case "deadline_hidden":
      return `An event was deleted again in ${where}. Its deadline is not shown there until it changes.`;
    case "proposal_opened":
      return code === "accepted"
        ? `An event was moved in ${where}, and its deadline moved with it. You can undo that on the page.`
        : `An event was moved in ${where}. Decide whether its deadline moves too.`;
    case "connection_added":
      return `${
        capitalised(where)
      } was connected to your account. If that was not you, remove it and change your password.`;
    case "key_added":
      return `An API key${named} was made for your account. If that was not you, delete it and change your password.`;
    case "webhook_added":
      return `A webhook${named} was added to your account. If that was not you, delete it and change your password.`;
    case "webhook_disabled":
      return `A webhook${named} is switched off, because its address did not accept our messages. Check the address and switch it on again.`;
  }
}

/** Which calendar it is. */
export function calendarInWords(calendar: NoticeCalendar | null): string {
  if (calendar === null) return "a calendar";
  const { provider, account_email } = calendar;
  return account_email === null ? provider : `${provider} (${account_email})`;
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
