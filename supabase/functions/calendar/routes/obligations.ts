import { createRoute, z } from "@hono/zod-openapi";
import { Activities } from "../answers/activity.ts";
import { Evidence, Explanation, Obligations, Problems } from "../answers/obligations.ts";
import { Queued } from "../answers/parts.ts";
import { ActivityQuery, EvidenceQuery, ExplainQuery, ObligationsQuery, RetryBody } from "../requests.ts";
import { ANY_USER, AS_USER, INVALID, json, NOT_YOURS, required, WITH_BODY } from "./parts.ts";

const tags = ["Obligations"];

export const activity = createRoute({
  method: "get",
  path: "/activity",
  operationId: "listActivity",
  summary: "What was done to the user's calendars and connections",
  tags,
  security: AS_USER,
  request: { query: ActivityQuery },
  responses: { 200: { description: "Newest first.", ...json(Activities) }, ...ANY_USER, ...INVALID },
});

export const problems = createRoute({
  method: "get",
  path: "/problems",
  operationId: "listProblems",
  summary: "Obligations that are no longer retried",
  tags,
  security: AS_USER,
  responses: { 200: { description: "Newest first.", ...json(Problems) }, ...ANY_USER },
});

export const retry = createRoute({
  method: "post",
  path: "/retry",
  operationId: "retry",
  summary: "Try again at once what failed",
  description: "Of a calendar that does not sync nothing is queued: all of it is tried again once it does.",
  tags,
  security: AS_USER,
  request: { body: required(RetryBody) },
  responses: {
    202: { description: "So many obligations were queued; 0 where none failed.", ...json(Queued) },
    ...ANY_USER,
    ...WITH_BODY,
    ...INVALID,
    ...NOT_YOURS,
  },
});

export const obligations = createRoute({
  method: "get",
  path: "/obligations",
  operationId: "findObligations",
  summary: "Find obligations of the user by their title",
  tags,
  security: AS_USER,
  request: { query: ObligationsQuery },
  responses: {
    200: { description: "Those first whose deadline is nearest to now.", ...json(Obligations) },
    ...ANY_USER,
    ...INVALID,
  },
});

export const explain = createRoute({
  method: "get",
  path: "/explain",
  operationId: "explain",
  summary: "Why an obligation is, or is not, in each calendar",
  tags,
  security: AS_USER,
  request: { query: ExplainQuery },
  responses: {
    200: { description: "For each integration.", ...json(Explanation) },
    ...ANY_USER,
    ...INVALID,
    ...NOT_YOURS,
  },
});

export const evidence = createRoute({
  method: "get",
  path: "/evidence",
  operationId: "evidence",
  summary: "From when to when an obligation was in which calendar, as which deadline",
  description:
    "Also of an obligation that is gone, as far back as activity is kept. As CSV (RFC 4180, UTF-8 with a byte order mark) a cell that a spreadsheet would take for a formula begins with an apostrophe.",
  tags,
  security: AS_USER,
  request: { query: EvidenceQuery },
  responses: {
    200: {
      description: "The oldest first; as CSV it comes as a file.",
      content: {
        ...json(Evidence).content,
        "text/csv": { schema: z.string().openapi({ description: "A header, then a line a period." }) },
      },
    },
    ...ANY_USER,
    ...INVALID,
    ...NOT_YOURS,
  },
});
