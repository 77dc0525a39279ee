/** What went wrong and what helps, by the code of the error, in English. */
export const ERRORS = {
  network: "You seem to be offline. Nothing was changed.",
  unreachable: "The server does not answer. We don't know whether anything changed. Try again.",
  origin_not_allowed:
    "This page's address is not allowed here. Nothing was changed. Tell the operator of this application.",
  rate_limited: "That was a lot at once. Try again in a moment.",
  more_access_needed: "We may not write to this calendar. Choose another one.",
  calendar_in_use: "Another of your connections uses this calendar. Choose another one.",
  calendar_needed: "This server does not create calendars for us. Choose one of yours.",
  reconnect_needed: "The account has to be reconnected first.",
  disconnecting: "The account is being disconnected.",
  not_found: "It is no longer there.",
  mailbox_unavailable: "The mailbox of the account cannot be reached.",
  permission_missing:
    "The account does not allow us to use its calendars. Connect it again and allow everything.",
  blocked_by_policy: "A policy of your organisation keeps us out. Ask its administrator.",
  configuration: "The provider does not accept this installation. Your administrator has to correct that.",
  quota: "The provider limits this account for some hours. Try again later.",
  provider_limit: "The provider asks us to wait. Try again in a minute.",
  provider_refused: "The provider refused this. Try again; if it goes on, tell your administrator.",
  provider_unavailable: "The calendar provider did not answer. Try again.",
  too_many_integrations: "You cannot connect more accounts. Disconnect one first.",
  too_many_feeds: "You cannot have more calendar links. Delete one first.",
  provider_not_configured: "This provider is not set up on this installation.",
  unauthorized: "Your session has ended. Sign in again.",
  other: "That did not work. Try again.",
};
