import { z } from "@hono/zod-openapi";
import { NOTICE_KINDS, SEVERITIES } from "../../_shared/notices/kinds.ts";
import { readUnsubscription } from "../../_shared/notices/mail/unsubscribe.ts";
import { noticeMessage } from "../../_shared/notices/message.ts";
import type { ConnectContext } from "../../_shared/oauth/connect.ts";
import { ApiError } from "../../_shared/platform/errors.ts";
import { Notifications } from "../answers/notices.ts";
import type { CalendarApp } from "../app.ts";
import * as routes from "../routes/notices.ts";

/** A notice as the database has it: what its words are made of. */
const Row = z.object({
  id: z.string(),
  kind: z.enum(NOTICE_KINDS),
  severity: z.enum(SEVERITIES),
  created_at: z.string(),
  integration_id: z.string().nullable(),
  obligation_id: z.string().nullable(),
  dismissed_at: z.string().nullable(),
  details: z.object({ code: z.string().optional(), name: z.string().optional() }),
  provider: z.string().nullable(),
  account_email: z.string().nullable(),
});

/** What users are told: on the page, and by mail. */
export function addNotices(app: CalendarApp, { env }: ConnectContext): void {
  app.openapi(routes.notices, async (c) => {
    const { notices, unread } = await c.var.userRpc(
      "calendar_notices",
      {},
      z.object({ notices: z.array(Row), unread: z.int() }),
    );
    return c.json({ notices: notices.map((row) => shown(row, env.page_url)), unread }, 200);
  });

  app.openapi(routes.dismissNotice, async (c) => {
    const { id } = c.req.valid("param");
    if (!await c.var.userRpc("calendar_dismiss_notice", { p_notice_id: id }, z.boolean())) {
      throw new ApiError(404, "not_found", "You have no such notice.");
    }
    return c.body(null, 204);
  });

  app.openapi(routes.restoreNotice, async (c) => {
    const { id } = c.req.valid("param");
    if (!await c.var.userRpc("calendar_restore_notice", { p_notice_id: id }, z.boolean())) {
      throw new ApiError(404, "not_found", "You have no such notice.");
    }
    return c.body(null, 204);
  });

  app.openapi(routes.notifications, async (c) => {
    return c.json(await c.var.userRpc("calendar_notifications", {}, Notifications), 200);
  });

  app.openapi(routes.changeNotifications, async (c) => {
    const { kinds } = c.req.valid("json");
    return c.json(
      await c.var.userRpc("calendar_change_notifications", { p_kinds: kinds }, Notifications),
      200,
    );
  });
}

/** What a mail's own address does: for anybody who has the mail, without a session. */
export function addUnsubscribe(app: CalendarApp, { env, rpc }: ConnectContext): void {
  app.openapi(routes.showUnsubscribe, (c) => c.redirect(env.page_url, 303));

  app.openapi(routes.unsubscribe, async (c) => {
    const allowed = await readUnsubscription(c.req.valid("query").token ?? "", env.state_secret.accepted);
    if (allowed === null) {
      throw new ApiError(
        400,
        "invalid_request",
        "This address is not complete. Choose on the page what comes by mail.",
      );
    }
    const { user_id, kinds } = allowed;
    await rpc("calendar_unsubscribe", { p_user_id: user_id, p_kinds: [...kinds] }, z.null());
    return c.body(null, 200);
  });
}

function shown({ details, provider, account_email, ...notice }: z.infer<typeof Row>, action_url: string) {
  const { code = null, name = null } = details;
  const calendar = provider === null ? null : { provider, account_email };
  const message = noticeMessage({ kind: notice.kind, calendar, code, name });
  return { ...notice, code, name, message, action_url };
}
