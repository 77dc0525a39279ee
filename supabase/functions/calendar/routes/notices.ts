import { createRoute } from "@hono/zod-openapi";
import { Notices, Notifications } from "../answers/notices.ts";
import { NoticePath, PatchNotificationsBody, UnsubscribeQuery } from "../requests.ts";
import { ANY_USER, AS_USER, INVALID, json, NOT_YOURS, refused, required, WITH_BODY } from "./parts.ts";

const tags = ["Notices"];

export const notices = createRoute({
  method: "get",
  path: "/notices",
  operationId: "listNotices",
  summary: "What the user has to know",
  tags,
  security: AS_USER,
  responses: {
    200: {
      description:
        "At most 200, newest first; dismissed ones are listed for 30 days. Of more than 200 these are left out first, then the least severe.",
      ...json(Notices),
    },
    ...ANY_USER,
  },
});

export const dismissNotice = createRoute({
  method: "post",
  path: "/notices/{id}/dismiss",
  operationId: "dismissNotice",
  summary: "Dismiss a notice",
  description: "It may be repeated. What is mended dismisses its notice by itself.",
  tags,
  security: AS_USER,
  request: { params: NoticePath },
  responses: {
    204: { description: "It is dismissed." },
    ...ANY_USER,
    ...WITH_BODY,
    ...INVALID,
    ...NOT_YOURS,
  },
});

export const restoreNotice = createRoute({
  method: "post",
  path: "/notices/{id}/restore",
  operationId: "restoreNotice",
  summary: "Take the dismissal of a notice back",
  description: "What has been mended meanwhile stays dismissed.",
  tags,
  security: AS_USER,
  request: { params: NoticePath },
  responses: {
    204: { description: "It is to be read again, unless it is over." },
    ...ANY_USER,
    ...WITH_BODY,
    ...INVALID,
    ...NOT_YOURS,
  },
});

export const notifications = createRoute({
  method: "get",
  path: "/notifications",
  operationId: "getNotifications",
  summary: "What the user is told by mail",
  tags,
  security: AS_USER,
  responses: {
    200: { description: "When each kind of notice is sent.", ...json(Notifications) },
    ...ANY_USER,
  },
});

export const changeNotifications = createRoute({
  method: "patch",
  path: "/notifications",
  operationId: "changeNotifications",
  summary: "Change what the user is told by mail",
  description:
    "What is not given stays. connection_added, key_added and webhook_added cannot be switched off.",
  tags,
  security: AS_USER,
  request: { body: required(PatchNotificationsBody) },
  responses: {
    200: { description: "What is told now.", ...json(Notifications) },
    ...ANY_USER,
    ...WITH_BODY,
    ...INVALID,
  },
});

export const showUnsubscribe = createRoute({
  method: "get",
  path: "/unsubscribe",
  operationId: "showUnsubscribe",
  summary: "Where a mail's address leads a person",
  description: "It changes nothing: programs that scan mails open every address in them.",
  tags,
  security: [],
  // Whatever the address is by then, there is a page to go to.
  responses: { 303: { description: "Redirects to the page." } },
});

export const unsubscribe = createRoute({
  method: "post",
  path: "/unsubscribe",
  operationId: "unsubscribe",
  summary: "Switch mail off with the address that a mail carries",
  description:
    "What a mail program does with one click (RFC 8058): without a session, for the kinds of that mail alone.",
  tags,
  security: [],
  request: { query: UnsubscribeQuery },
  responses: {
    200: { description: "These kinds are not mailed any more." },
    400: refused("invalid_request: it is not an address of a mail of ours."),
    500: refused("internal: try again."),
  },
});
