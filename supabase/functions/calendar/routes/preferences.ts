import { createRoute } from "@hono/zod-openapi";
import { Preferences } from "../answers/preferences.ts";
import { PatchPreferencesBody } from "../requests.ts";
import { ANY_USER, AS_USER, INVALID, json, required, WITH_BODY } from "./parts.ts";

const tags = ["Preferences"];

export const preferences = createRoute({
  method: "get",
  path: "/preferences",
  operationId: "preferences",
  summary: "The user's time zone and reminder time",
  tags,
  security: AS_USER,
  responses: { 200: { description: "What holds for the user.", ...json(Preferences) }, ...ANY_USER },
});

export const changePreferences = createRoute({
  method: "patch",
  path: "/preferences",
  operationId: "changePreferences",
  summary: "Change the user's time zone or reminder time",
  description: "What is not given stays. An unknown key is refused, and then nothing changes.",
  tags,
  security: AS_USER,
  request: { body: required(PatchPreferencesBody) },
  responses: {
    200: { description: "What holds now.", ...json(Preferences) },
    ...ANY_USER,
    ...WITH_BODY,
    ...INVALID,
  },
});
