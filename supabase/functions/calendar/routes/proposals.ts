import { createRoute } from "@hono/zod-openapi";
import { Proposal, Proposals } from "../answers/proposals.ts";
import { ProposalPath } from "../requests.ts";
import { ANY_USER, AS_USER, INVALID, json, NOT_YOURS, refused, WITH_BODY } from "./parts.ts";

const tags = ["Proposals"];

export const proposals = createRoute({
  method: "get",
  path: "/proposals",
  operationId: "listProposals",
  summary: "Deadlines that the user moved in a calendar",
  tags,
  security: AS_USER,
  responses: {
    200: { description: "Open ones first, then those that were decided within 30 days.", ...json(Proposals) },
    ...ANY_USER,
  },
});

const DECISION = {
  method: "post",
  tags,
  security: AS_USER,
  request: { params: ProposalPath },
} as const;

const DECIDED = {
  200: { description: "The proposal as it is now.", ...json(Proposal) },
  ...ANY_USER,
  ...WITH_BODY,
  ...INVALID,
  ...NOT_YOURS,
};

const MAY_NOT = {
  403: refused(
    "forbidden: the user may not change this obligation. scope_missing: the API key does not open this call.",
  ),
};

export const acceptProposal = createRoute({
  ...DECISION,
  path: "/proposals/{id}/accept",
  operationId: "acceptProposal",
  summary: "Move the deadline to where its event was moved",
  description: "The obligation changes with the user's own rights, and then in every calendar.",
  responses: {
    ...DECIDED,
    ...MAY_NOT,
    409: refused(
      "proposal_decided: it is not open any more. deadline_changed: the deadline is another one by now, or is being changed.",
    ),
  },
});

export const dismissProposal = createRoute({
  ...DECISION,
  path: "/proposals/{id}/dismiss",
  operationId: "dismissProposal",
  summary: "Leave the deadline where it is",
  responses: {
    ...DECIDED,
    ...MAY_NOT,
    409: refused(
      "proposal_decided: it is not open any more. deadline_changed: the deadline is another one by now, or is being changed.",
    ),
  },
});

export const undoProposal = createRoute({
  ...DECISION,
  path: "/proposals/{id}/undo",
  operationId: "undoProposal",
  summary: "Take an acceptance back",
  description: "While the deadline is what the acceptance made it. The proposal is open again.",
  responses: {
    ...DECIDED,
    ...MAY_NOT,
    409: refused(
      "proposal_not_accepted: there is nothing to take back. deadline_changed: the deadline is another one by now, or is being changed.",
    ),
  },
});
