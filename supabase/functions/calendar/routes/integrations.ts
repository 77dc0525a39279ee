import { createRoute } from "@hono/zod-openapi";
import { Calendars, Integration, Integrations, Options } from "../answers/integrations.ts";
import { Queued } from "../answers/parts.ts";
import { IntegrationBody, IntegrationQuery, PatchBody, SyncBody } from "../requests.ts";
import {
  ANY_USER,
  AS_USER,
  INVALID,
  json,
  NOT_YOURS,
  OF_PROVIDER,
  OF_PROVIDER_CONFLICT,
  refused,
  required,
  WITH_BODY,
} from "./parts.ts";

const tags = ["Integrations"];

export const status = createRoute({
  method: "get",
  path: "/status",
  operationId: "status",
  summary: "The user's integrations",
  tags,
  security: AS_USER,
  responses: { 200: { description: "All of them.", ...json(Integrations) }, ...ANY_USER },
});

export const change = createRoute({
  method: "patch",
  path: "/status",
  operationId: "change",
  summary: "Change the switch, the calendar or the settings",
  description: "What is not given stays. An unknown key is refused, and then nothing changes.",
  tags,
  security: AS_USER,
  request: { body: required(PatchBody) },
  responses: {
    200: { description: "The integration as it is now.", ...json(Integration) },
    ...ANY_USER,
    ...WITH_BODY,
    ...OF_PROVIDER,
  },
});

export const options = createRoute({
  method: "get",
  path: "/options",
  operationId: "options",
  summary: "What settings may be chosen here",
  tags,
  security: AS_USER,
  responses: { 200: { description: "What this installation offers.", ...json(Options) }, ...ANY_USER },
});

export const calendars = createRoute({
  method: "get",
  path: "/calendars",
  operationId: "listCalendars",
  summary: "The calendars that the grant lets us see",
  description: "Where the access covers our own calendar alone: that one.",
  tags,
  security: AS_USER,
  request: { query: IntegrationQuery },
  responses: { 200: { description: "All of them.", ...json(Calendars) }, ...ANY_USER, ...OF_PROVIDER },
});

export const ownCalendar = createRoute({
  method: "post",
  path: "/calendars",
  operationId: "chooseOwnCalendar",
  summary: "Choose the calendar of our own",
  description: "Made anew where it was deleted; events move there.",
  tags,
  security: AS_USER,
  request: { body: required(IntegrationBody) },
  responses: {
    200: { description: "The integration as it is now.", ...json(Integration) },
    ...ANY_USER,
    ...WITH_BODY,
    ...OF_PROVIDER,
    409: refused(
      `calendar_needed: the server makes no calendar; choose one of details.calendars by PATCH /status. ${OF_PROVIDER_CONFLICT}`,
    ),
  },
});

export const sync = createRoute({
  method: "post",
  path: "/sync",
  operationId: "sync",
  summary: "Sync now",
  description:
    "Everything is looked at, and what was given up is tried again. A tenth of the calls of a minute may be this one.",
  tags,
  security: AS_USER,
  request: { body: json(SyncBody) },
  responses: {
    202: { description: "So many calendars were queued.", ...json(Queued) },
    ...ANY_USER,
    ...WITH_BODY,
    ...INVALID,
    ...NOT_YOURS,
  },
});

export const reapply = createRoute({
  method: "post",
  path: "/reapply",
  operationId: "reapply",
  summary: "Set the reminders of existing events to those of the settings",
  description:
    "Those that the user changed too; nothing else of an event. Done once, for the events of deadlines that are still to come; in a calendar that does not sync, once it does.",
  tags,
  security: AS_USER,
  request: { body: required(IntegrationBody) },
  responses: {
    202: { description: "So many events are gone through.", ...json(Queued) },
    ...ANY_USER,
    ...WITH_BODY,
    ...INVALID,
    ...NOT_YOURS,
  },
});

export const resume = createRoute({
  method: "post",
  path: "/resume",
  operationId: "resume",
  summary: "Agree to the deletions or edits for which a calendar was stopped",
  description:
    "mass_deletion: the events are deleted. mass_edit: each edit is treated separately. Nothing happens to a calendar that was not stopped.",
  tags,
  security: AS_USER,
  request: { body: required(IntegrationBody) },
  responses: {
    200: { description: "The integration as it is now.", ...json(Integration) },
    ...ANY_USER,
    ...WITH_BODY,
    ...INVALID,
    ...NOT_YOURS,
  },
});
