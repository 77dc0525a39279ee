import type { NOTIFICATIONS } from "./strings/notifications.ts";

/** What the words of a notice are made of. */
export interface NoticeFacts {
  readonly kind: keyof typeof NOTIFICATIONS["kinds"];
  /** Why, by kind: as of the Calendar API's `Notice`. */
  readonly code: string | null;
  /** Of a key, or the host of a webhook. */
  readonly name: string | null;
  /** Which calendar it is about; null: none, or one that is no longer connected. */
  readonly calendar: string | null;
  /** What the server says of it, in English. */
  readonly message: string;
}

/**
 * What `<CalendarSettings>` says, in English; numbers, dates and durations come formatted for the locale. What only parts say
 * that are loaded later is in late-strings.ts.
 */
export const ENGLISH = {
  tabs: {
    name: "Settings",
    general: "General",
    calendar: "Calendar",
    webhooks: "Webhooks",
    notifications: "Notifications",
    api_keys: "API Keys",
  },

  heading: "Calendar",
  introduction: "See every deadline in the calendar that you already use. Changes arrive within moments.",
  loading: "Loading your calendars…",
  loading_part: "Loading…",
  part_failed: "This part could not be loaded. Reload the page.",
  load_failed: "We couldn't load your calendars.",
  out_of_date: "What you see here may be out of date.",
  /** Why, by the code of the error, where it is known. */
  load_errors: {
    network: "You seem to be offline.",
    unreachable: "The server does not answer. We keep asking.",
    origin_not_allowed: "This page's address is not allowed here. Tell the operator of this application.",
    rate_limited: "That was a lot at once. We try again in a moment.",
    unauthorized: "Your session has ended. Sign in again.",
  },
  signed_out: "Sign in to see and connect your calendars.",
  try_again: "Try again",
  cancel: "Cancel",
  undo: "Undo",
  copy: "Copy",
  copied: "Copied",
  dismiss: "Dismiss",
  /** By what an operator finds the call that failed. */
  reference: (id: string) => `Reference: ${id}`,
  notification: "Notification",
  /** The key leads to them. */
  notifications: (key: string) => `Notifications (${key})`,

  notices: {
    heading: "Notices",
    failed: "We couldn't load your notices.",
    severities: { critical: "Urgent:", warning: "Important:" },
    look: "Look at it",
    dismiss: (message: string) => `Dismiss: ${message}`,
    dismissed: "Dismissed.",
    more: (n: number) => n === 1 ? "Show one more" : `Show ${n} more`,
    unread: (n: number) => n === 1 ? "one notice" : `${n} notices`,
    message: ({ message }: NoticeFacts) => message,
  },

  /** `one`: as a user connects it. `company` begins a sentence, except where it has a consent page. */
  providers: {
    google: {
      name: "Google Calendar",
      one: "Google Calendar",
      company: "Google",
      asks: [
        "“make secondary Google calendars, and see, create, change, and delete events on them”: we make one, for your deadlines",
        "“see your primary Google Account email address”, to show you which account is connected",
      ],
      never: "We cannot see your other calendars.",
    },
    outlook: {
      name: "Outlook Calendar",
      one: "Outlook Calendar",
      company: "Microsoft",
      asks: [
        "“have full access to your calendars”, the smallest that Microsoft offers: we make one, for your deadlines",
        "“view your email address” and “your basic profile”, to show you which account is connected",
        "“maintain access to data you have given it access to”, to keep working while you are away",
      ],
      never: "We look at the names of your calendars, and read and change no events but our own.",
    },
    apple: {
      name: "Apple Calendar",
      one: "Apple Calendar",
      company: "Apple",
      asks: ["your Apple Account and an app-specific password: we make a calendar, for your deadlines"],
      never: "We read and change no events but our own.",
    },
    caldav: {
      name: "Other calendars (CalDAV)",
      one: "another calendar (CalDAV)",
      company: "The calendar server",
      asks: ["a user name and a password made for applications: we make a calendar, for your deadlines"],
      never: "We read and change no events but our own.",
    },
  },

  connect: {
    will_ask: (company: string) => `${company} will ask you to allow:`,
    you_need: "You need:",
    action: (name: string) => `Connect ${name}`,
    another: "Connect another account",
    going: (company: string) => `Taking you to ${company}…`,
    not_configured: (name: string) =>
      `${name}: not set up on this installation yet. Your administrator can add it.`,
  },

  /** `{words, action}` of each state of an integration; the key is its kind in state.ts. */
  states: {
    waiting_for_confirmation: {
      label: "Not finished",
      words:
        "You allowed this connection, but it was not finished, perhaps in another window. It is removed after 10 minutes.",
      action: "Connect again",
    },
    up_to_date: { label: "Connected" },
    syncing: { label: "Syncing" },
    has_problems: {
      label: "Connected",
      words: (n: number) =>
        n === 1
          ? "One deadline is not in your calendar as it should be."
          : `${n} deadlines are not in your calendar as they should be.`,
      action: "See why",
    },
    switched_off: {
      label: "Paused",
      words: "Syncing is switched off. Your calendar stays as it is until you switch it on again.",
      action: "Switch on",
    },
    reconnect_needed: {
      label: "Reconnect needed",
      words: (company: string) =>
        `${company} no longer lets us in: access was withdrawn, or a password changed. Your events and settings are kept.`,
      action: "Reconnect",
    },
    permission_withdrawn: {
      label: "Reconnect needed",
      words: "The permission to change your calendar was withdrawn. Reconnect and tick every box.",
      action: "Reconnect",
    },
    admin_consent_needed: {
      label: "Administrator needed",
      words:
        "Your organisation lets only an administrator allow this. Send this link to yours; reconnect once it is done.",
      action: "Reconnect",
    },
    blocked_by_policy: {
      label: "Paused",
      words: "A policy of your organisation keeps us out. Ask its administrator. We try once a day.",
      action: "Try now",
    },
    mailbox_unavailable: {
      label: "Paused",
      words: "The mailbox of this account cannot be reached: it was removed or has moved. We try once a day.",
      action: "Try now",
    },
    calendar_missing: {
      label: "Calendar missing",
      words: "The calendar was deleted, or can no longer be written to.",
      action: "Make it again",
      other_action: "Choose another calendar",
    },
    mass_deletion: {
      label: "Stopped to ask you",
      words: (deletions: string, events: string) =>
        `${deletions} of ${events} events would be deleted at once. That may be a mistake, so nothing was changed.`,
      action: "Delete them…",
      other_action: "I restored them, check again",
    },
    mass_edit: {
      label: "Stopped to ask you",
      words: (edits: string, events: string) =>
        `${edits} of ${events} events were moved or deleted at once. That may be a mistake, so nothing was changed.`,
      action: "Go on…",
    },
    provider_down: {
      label: "Waiting",
      words: (company: string, when: string | null) =>
        when === null
          ? `${company} cannot be reached. You need not do anything, we keep trying.`
          : `${company} cannot be reached. You need not do anything, we try again ${when}.`,
    },
    quota: {
      label: "Waiting",
      words: (company: string, when: string | null) =>
        when === null
          ? `${company} limits how much may change at a time. You need not do anything, we continue by ourselves.`
          : `${company} limits how much may change at a time. You need not do anything, we continue ${when}.`,
    },
    configuration: {
      label: "Waiting",
      words:
        "The provider does not accept this installation. Your administrator has to correct that; afterwards we continue by ourselves.",
    },
    paused: { label: "Paused", words: "Syncing is paused.", action: "Try now" },
    paused_by_admin: {
      label: "Paused",
      words: (reason: string) =>
        `An administrator has paused the sync of this calendar${
          reason === "" ? "" : `: ${reason}`
        }. It goes on once an administrator resumes it.`,
    },
    disconnecting: {
      label: "Disconnecting",
      words: "The events are being removed from your calendar. You can leave this page.",
      waits: {
        provider: (company: string, when: string | null) =>
          `The events still have to be removed. ${company} cannot be reached. We ${
            when === null ? "keep trying" : `try again ${when}`
          }. You can leave this page.`,
        quota: (company: string, when: string | null) =>
          `The events still have to be removed. ${company} limits how much may change at a time. We continue ${
            when ?? "by ourselves"
          }. You can leave this page.`,
      },
    },
  },

  integration: {
    unknown_account: "Unnamed account",
    calendar: "Calendar",
    change_calendar: "Change calendar",
    last_synced: "Last synced",
    never_synced: "Not yet",
    in_calendar: "In the calendar",
    deadlines: (n: number, formatted: string) => n === 1 ? "1 deadline" : `${formatted} deadlines`,
    sync_now: "Sync now",
    disconnect: "Disconnect…",
    sync_asked: "Checking every deadline now.",
    next_sync: "Next sync",
    on_change: "On the next change",
    settings: "Settings of this calendar",
  },

  progress: {
    name: (account: string) => `Sync of ${account}`,
    counts: (done: string, total: string) => `Deadlines: ${done} of ${total}`,
    removing: (left: string) => `Events left to remove: ${left}`,
    almost_done: "almost done",
    left: (duration: string) => `about ${duration} left`,
    seconds: (n: string) => `${n} s`,
    minutes: (n: string) => `${n} min`,
    hours: (n: string) => `${n} h`,
  },

  auto_sync: {
    label: "Keep this calendar up to date",
    hint: "Deadlines arrive, move and go by themselves.",
    on: "Syncing is on again.",
    off: "Syncing is off. Your calendar stays as it is.",
  },

  reminders: {
    label: "Reminders",
    hint: "For new events only, so that your own changes are kept.",
    hint_one: "Outlook shows only the one nearest to the deadline. For new events only.",
    all_day: "All-day deadlines are due at",
    all_day_midnight: "On the day itself, the reminder comes at midnight.",
    none: "No reminder",
    add: "Add a reminder",
    custom: "Another time…",
    at_deadline: "At the deadline",
    before: (duration: string) => `${duration} before`,
    minutes: (n: number) => n === 1 ? "1 minute" : `${n} minutes`,
    hours: (n: number) => n === 1 ? "1 hour" : `${n} hours`,
    days: (n: number) => n === 1 ? "1 day" : `${n} days`,
    weeks: (n: number) => n === 1 ? "1 week" : `${n} weeks`,
    remove: (reminder: string) => `Remove the reminder ${reminder}`,
    full: "At most five.",
    changed: "Reminders changed.",
  },

  completed: {
    label: "When an obligation is completed",
    keep: "Keep its event, with a ✓ before the title",
    remove: "Remove its event",
    changed_keep: "Completed deadlines stay in your calendar, with a ✓.",
    changed_remove: "Completed deadlines leave your calendar.",
  },

  disconnect: {
    done_keep: (account: string) => `${account} is disconnected. Its events were kept.`,
    done_remove: (account: string) => `${account} is disconnected and its events are removed.`,
    removing: (account: string) => `Removing the events of ${account}.`,
    grant_page: "End the access at the provider, too",
    connect_again: "Connect again",
  },

  problems: {
    heading: "Problems",
    solved: "No deadline was refused by a calendar.",
  },

  why_not: {
    heading: "Why is this not in my calendar?",
  },

  activity: { heading: "Recent activity" },

  moves: { heading: "Deadlines that you moved" },

  feeds: {
    heading: "Calendar links (iCal)",
    introduction:
      "A secret address from which any calendar application can read your deadlines. You give us no access.",
    open: "Use a calendar link",
  },
};

export type Strings = typeof ENGLISH;
