import { createRoute } from "@hono/zod-openapi";
import { TestEventAnswer } from "../answers/test-events.ts";
import { IntegrationBody, IntegrationQuery } from "../requests.ts";
import { ANY_USER, AS_USER, INVALID, json, NOT_YOURS, required, WITH_BODY } from "./parts.ts";

const tags = ["Integrations"];
const path = "/test_event";

export const testEvent = createRoute({
  method: "get",
  path,
  operationId: "testEvent",
  summary: "How the test event in a calendar is doing",
  tags,
  security: AS_USER,
  request: { query: IntegrationQuery },
  responses: {
    200: { description: "The test event.", ...json(TestEventAnswer) },
    ...ANY_USER,
    ...INVALID,
    ...NOT_YOURS,
  },
});

export const sendTestEvent = createRoute({
  method: "post",
  path,
  operationId: "sendTestEvent",
  summary: "Write a test event into a calendar",
  description:
    "One event, a few minutes from now, without reminders or guests. It goes after ten minutes, or when the account is disconnected. While one stands, there is no second one.",
  tags,
  security: AS_USER,
  request: { body: required(IntegrationBody) },
  responses: {
    200: { description: "The test event, mostly still on its way.", ...json(TestEventAnswer) },
    ...ANY_USER,
    ...WITH_BODY,
    ...INVALID,
    ...NOT_YOURS,
  },
});

export const removeTestEvent = createRoute({
  method: "delete",
  path,
  operationId: "removeTestEvent",
  summary: "Remove the test event now",
  tags,
  security: AS_USER,
  request: { query: IntegrationQuery },
  responses: {
    200: { description: "The test event, mostly about to go.", ...json(TestEventAnswer) },
    ...ANY_USER,
    ...INVALID,
    ...NOT_YOURS,
  },
});
