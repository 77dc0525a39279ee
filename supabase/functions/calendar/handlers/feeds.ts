import { z } from "@hono/zod-openapi";
import { feedUrl } from "../../_shared/feeds/address.ts";
import type { ConnectContext } from "../../_shared/oauth/connect.ts";
import { ApiError } from "../../_shared/platform/errors.ts";
import { createSecretToken, hashSecretToken } from "../../_shared/platform/secret-token.ts";
import { Feed } from "../answers/feeds.ts";
import type { CalendarApp } from "../app.ts";
import * as routes from "../routes/feeds.ts";

/** iCal feeds. Their tokens are made here and go into the answer alone; the database gets hashes. */
export function addFeeds(app: CalendarApp, { env, rpc }: ConnectContext): void {
  app.openapi(routes.feeds, async (c) => {
    return c.json({ feeds: await c.var.userRpc("calendar_feeds", {}, z.array(Feed)) }, 200);
  });

  app.openapi(routes.createFeed, async (c) => {
    const { name, settings, expires_at } = c.req.valid("json");
    const token = createSecretToken();
    const feed = await rpc("calendar_create_feed", {
      p_user_id: c.var.user_id,
      p_name: name,
      p_settings: settings ?? null,
      p_expires_at: expires_at ?? null,
      p_token_hash: await hashSecretToken(token),
    }, Feed.nullable());
    if (feed === null) throw new ApiError(409, "too_many_feeds", "You have 20 feeds. Delete one first.");
    return c.json({ ...feed, url: feedUrl(env.public_url, token) }, 201);
  });

  app.openapi(routes.changeFeed, async (c) => {
    const { name, settings, expires_at } = c.req.valid("json");
    const feed = await c.var.userRpc("calendar_update_feed", {
      p_feed_id: c.req.valid("param").id,
      p_name: name ?? null,
      p_settings: settings ?? null,
      p_expiry: expires_at === undefined ? null : { at: expires_at },
    }, Feed.nullable());
    if (feed === null) throw noSuchFeed();
    return c.json(feed, 200);
  });

  app.openapi(routes.rotateFeed, async (c) => {
    const token = createSecretToken();
    const feed = await rpc("calendar_rotate_feed", {
      p_user_id: c.var.user_id,
      p_feed_id: c.req.valid("param").id,
      p_token_hash: await hashSecretToken(token),
    }, Feed.nullable());
    if (feed === null) throw noSuchFeed();
    return c.json({ ...feed, url: feedUrl(env.public_url, token) }, 200);
  });

  app.openapi(routes.deleteFeed, async (c) => {
    const deleted = await c.var.userRpc(
      "calendar_delete_feed",
      { p_feed_id: c.req.valid("param").id },
      z.boolean(),
    );
    if (!deleted) throw noSuchFeed();
    return c.body(null, 204);
  });

  app.openapi(routes.obligationTypes, async (c) => {
    const obligation_types = await c.var.userRpc("calendar_obligation_types", {}, z.array(z.string()));
    return c.json({ obligation_types }, 200);
  });
}

function noSuchFeed(): ApiError {
  return new ApiError(404, "not_found", "You have no such feed.");
}
