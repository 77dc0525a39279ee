import { createRoute } from "@hono/zod-openapi";
import { Feed, FeedAddress, Feeds, ObligationTypes } from "../answers/feeds.ts";
import { FeedPath, NewFeedBody, PatchFeedBody } from "../requests.ts";
import { ANY_USER, AS_USER, INVALID, json, NOT_YOURS, refused, required, WITH_BODY } from "./parts.ts";

const tags = ["Feeds"];

export const feeds = createRoute({
  method: "get",
  path: "/feeds",
  operationId: "listFeeds",
  summary: "The user's iCal feeds",
  tags,
  security: AS_USER,
  responses: { 200: { description: "Oldest first.", ...json(Feeds) }, ...ANY_USER },
});

export const createFeed = createRoute({
  method: "post",
  path: "/feeds",
  operationId: "createFeed",
  summary: "Make a feed",
  description: "The address is shown once. If it is lost, make a new one.",
  tags,
  security: AS_USER,
  request: { body: required(NewFeedBody) },
  responses: {
    201: { description: "The feed and its address.", ...json(FeedAddress) },
    ...ANY_USER,
    ...WITH_BODY,
    ...INVALID,
    409: refused("too_many_feeds: the user has 20; delete one first."),
  },
});

export const changeFeed = createRoute({
  method: "patch",
  path: "/feeds/{id}",
  operationId: "changeFeed",
  summary: "Change a feed's name, settings or end",
  description: "What is not given stays. An unknown key is refused, and then nothing changes.",
  tags,
  security: AS_USER,
  request: { params: FeedPath, body: required(PatchFeedBody) },
  responses: {
    200: { description: "The feed as it is now.", ...json(Feed) },
    ...ANY_USER,
    ...WITH_BODY,
    ...INVALID,
    ...NOT_YOURS,
  },
});

export const rotateFeed = createRoute({
  method: "post",
  path: "/feeds/{id}/rotate",
  operationId: "rotateFeed",
  summary: "Give a feed another address",
  description: "The old address stops working at once.",
  tags,
  security: AS_USER,
  request: { params: FeedPath },
  responses: {
    200: { description: "The feed and its new address.", ...json(FeedAddress) },
    ...ANY_USER,
    ...WITH_BODY,
    ...INVALID,
    ...NOT_YOURS,
  },
});

export const deleteFeed = createRoute({
  method: "delete",
  path: "/feeds/{id}",
  operationId: "deleteFeed",
  summary: "End a feed",
  tags,
  security: AS_USER,
  request: { params: FeedPath },
  responses: {
    204: { description: "There is nothing at its address." },
    ...ANY_USER,
    ...INVALID,
    ...NOT_YOURS,
  },
});

export const obligationTypes = createRoute({
  method: "get",
  path: "/obligation_types",
  operationId: "listObligationTypes",
  summary: "The types that the user's obligations have",
  tags,
  security: AS_USER,
  responses: { 200: { description: "Sorted, at most a hundred.", ...json(ObligationTypes) }, ...ANY_USER },
});
