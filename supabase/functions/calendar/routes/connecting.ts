import { createRoute, z } from "@hono/zod-openapi";
import { Address, Integration, Providers } from "../answers/integrations.ts";
import {
  AdminConsentQuery,
  AuthorizeQuery,
  CallbackQuery,
  ConfirmBody,
  ConnectBody,
  DisconnectQuery,
} from "../requests.ts";
import {
  ANY_USER,
  AS_USER,
  INVALID,
  json,
  NOT_YOURS,
  OF_PROVIDER,
  refused,
  required,
  WITH_BODY,
} from "./parts.ts";

const tags = ["Connecting"];
const GrantPage = z.object({
  link: z.string().openapi({
    description: 'rel="help": where the user sees, and can end, what was granted to us.',
  }),
});

export const providers = createRoute({
  method: "get",
  path: "/providers",
  operationId: "listProviders",
  summary: "Which calendar providers can be connected here",
  tags,
  security: AS_USER,
  responses: {
    200: { description: "Those that this installation offers.", ...json(Providers) },
    ...ANY_USER,
  },
});

export const authorize = createRoute({
  method: "get",
  path: "/authorize",
  operationId: "authorize",
  summary: "Begin to connect an account",
  description: "The browser goes to the url, and comes back to redirect_to.",
  tags,
  security: AS_USER,
  request: { query: AuthorizeQuery },
  responses: {
    200: { description: "The provider's consent page.", ...json(Address) },
    ...ANY_USER,
    400: OF_PROVIDER[400],
    409: refused(
      "too_many_integrations: the user has as many accounts as there may be; disconnect one first.",
    ),
    502: OF_PROVIDER[502],
  },
});

export const adminConsent = createRoute({
  method: "get",
  path: "/admin_consent",
  operationId: "adminConsent",
  summary: "Where an administrator consents for an organisation",
  description: "For organisations whose members may not consent themselves.",
  tags,
  security: AS_USER,
  request: { query: AdminConsentQuery },
  responses: {
    200: { description: "The page for the administrator.", ...json(Address) },
    ...ANY_USER,
    400: OF_PROVIDER[400],
  },
});

export const callback = createRoute({
  method: "get",
  path: "/callback",
  operationId: "callback",
  summary: "The provider's redirect",
  description:
    "Goes on to redirect_to with calendar_connection=<ticket> or calendar_error=<code>; after an administrator's consent with calendar_admin_consent=given.",
  tags,
  security: [],
  request: { query: CallbackQuery },
  responses: {
    303: {
      description: "Whatever happened.",
      headers: z.object({ location: z.string().openapi({ description: "redirect_to, its query kept." }) }),
    },
  },
});

export const confirm = createRoute({
  method: "post",
  path: "/confirm",
  operationId: "confirm",
  summary: "Confirm a connection",
  description:
    "Only the user who began it may. The calendar is there and the first sync is queued when this answers.",
  tags,
  security: AS_USER,
  request: { body: required(ConfirmBody) },
  responses: {
    200: { description: "The integration, active.", ...json(Integration) },
    ...ANY_USER,
    ...WITH_BODY,
    400: refused(
      "invalid_request: the message names the field. connection_unknown: connect again. provider_not_configured: choose another provider.",
    ),
    403: refused("forbidden: the connection was begun by another user. scope_missing: no API key opens it."),
    404: refused("not_found: the calendar went while it was being set up. Confirm again."),
    409: refused(
      "more_access_needed: the calendar in use is not covered any more, nothing has moved and the ticket stays valid; connect again with access=existing, or confirm with accept_less_access. disconnecting: confirm again in a moment. too_many_integrations: disconnect an account, then confirm again; the ticket stays valid. reconnect_needed: connect again. permission_missing: connect again and allow everything. blocked_by_policy: ask the organisation's administrator. mailbox_unavailable: connect another account.",
    ),
    502: OF_PROVIDER[502],
  },
});

export const connect = createRoute({
  method: "post",
  path: "/connect",
  operationId: "connect",
  summary: "Connect an account with a user name and a password",
  description:
    "For providers of credential password. The calendar is there and the first sync is queued when this answers. After as many refused passwords within a minute as a tenth of the calls of a minute, the answer is 429.",
  tags,
  security: AS_USER,
  request: { body: required(ConnectBody) },
  responses: {
    200: {
      description: "The account was connected already: its integration, with the new password.",
      ...json(Integration),
    },
    201: { description: "The integration, active.", ...json(Integration) },
    ...ANY_USER,
    ...WITH_BODY,
    400: OF_PROVIDER[400],
    404: refused("not_found: the calendar went while it was being set up. Connect again."),
    409: refused(
      "calendar_needed: the server makes no calendar, or not that one; choose one of details.calendars and send its id as calendar_id. calendar_in_use: another connection of the user writes to that calendar. disconnecting: connect again in a moment. too_many_integrations: disconnect an account first. reconnect_needed: the server did not accept the password a moment later.",
    ),
    422: refused(
      "server_not_allowed: the address is not one that may be connected here. server_unreachable: nothing answers there; said five seconds after the call. not_caldav: what answers has no calendars. sign_in_not_supported: the server asks for another way to sign in than Basic, such as Digest; whoever runs it can switch that. sign_in_failed: the user name or the password is wrong, or the service wants a password for applications.",
    ),
    502: OF_PROVIDER[502],
  },
});

export const disconnect = createRoute({
  method: "delete",
  path: "/",
  operationId: "disconnect",
  summary: "Disconnect an account",
  tags,
  security: AS_USER,
  request: { query: DisconnectQuery },
  responses: {
    202: { description: "The events are being removed; then it is gone.", headers: GrantPage },
    204: { description: "It is gone; the events were kept.", headers: GrantPage },
    ...ANY_USER,
    ...INVALID,
    ...NOT_YOURS,
    409: refused("reconnect_needed: to remove the events connect again first, or keep them."),
  },
});
