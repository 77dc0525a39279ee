import { createRoute } from "@hono/zod-openapi";
import { ApiKeys, NewApiKey } from "../answers/keys.ts";
import { KeyPath, NewKeyBody } from "../requests.ts";
import { ANY_USER, AS_USER, INVALID, json, NOT_YOURS, refused, required, WITH_BODY } from "./parts.ts";

const tags = ["Keys"];

export const keys = createRoute({
  method: "get",
  path: "/keys",
  operationId: "listKeys",
  summary: "The user's API keys",
  description:
    "Without their secrets. Those that expired are listed for at least 30 days, or until others need their place.",
  tags,
  security: AS_USER,
  responses: { 200: { description: "Oldest first.", ...json(ApiKeys) }, ...ANY_USER },
});

export const createKey = createRoute({
  method: "post",
  path: "/keys",
  operationId: "createKey",
  summary: "Make an API key",
  description: "The key is shown once. If it is lost, make a new one.",
  tags,
  security: AS_USER,
  request: { body: required(NewKeyBody) },
  responses: {
    201: { description: "The key.", ...json(NewApiKey) },
    ...ANY_USER,
    ...WITH_BODY,
    ...INVALID,
    409: refused("too_many_keys: the user has 20; delete one first."),
  },
});

export const rotateKey = createRoute({
  method: "post",
  path: "/keys/{id}/rotate",
  operationId: "rotateKey",
  summary: "Replace an API key",
  description:
    "The new one has the name, scopes and lifetime of the old one, which stays good for a day, or until it expires before. Delete a key that leaked: then it opens nothing at once.",
  tags,
  security: AS_USER,
  request: { params: KeyPath },
  responses: {
    201: { description: "The new key.", ...json(NewApiKey) },
    ...ANY_USER,
    ...INVALID,
    ...NOT_YOURS,
    409: refused(
      "key_replaced: it was rotated before; rotate the new one. too_many_keys: delete one first.",
    ),
  },
});

export const deleteKey = createRoute({
  method: "delete",
  path: "/keys/{id}",
  operationId: "deleteKey",
  summary: "Revoke an API key",
  tags,
  security: AS_USER,
  request: { params: KeyPath },
  responses: {
    204: { description: "It opens nothing any more." },
    ...ANY_USER,
    ...INVALID,
    ...NOT_YOURS,
  },
});
