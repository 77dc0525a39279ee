import { z } from "@hono/zod-openapi";
import { ApiError } from "../../_shared/platform/errors.ts";
import { Proposal, Proposals } from "../answers/proposals.ts";
import type { CalendarApp } from "../app.ts";
import * as routes from "../routes/proposals.ts";

/** What the database says of a decision. */
const Verdict = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("decided"), proposal: Proposal }),
  z.object({ kind: z.literal("not_found") }),
  z.object({ kind: z.literal("not_allowed") }),
  z.object({
    kind: z.literal("conflict"),
    reason: z.enum(["decided", "not_accepted", "deadline_changed", "busy"]),
  }),
]);
type Verdict = z.infer<typeof Verdict>;

/** What users decide of deadlines that they moved in a calendar. */
export function addProposals(app: CalendarApp): void {
  app.openapi(
    routes.proposals,
    async (c) => c.json(await c.var.userRpc("calendar_proposals", {}, Proposals), 200),
  );

  app.openapi(routes.acceptProposal, async (c) => {
    const args = { p_proposal_id: c.req.valid("param").id };
    return c.json(decided(await c.var.userRpc("calendar_accept_proposal", args, Verdict)), 200);
  });

  app.openapi(routes.dismissProposal, async (c) => {
    const args = { p_proposal_id: c.req.valid("param").id };
    return c.json(decided(await c.var.userRpc("calendar_dismiss_proposal", args, Verdict)), 200);
  });

  app.openapi(routes.undoProposal, async (c) => {
    const args = { p_proposal_id: c.req.valid("param").id };
    return c.json(decided(await c.var.userRpc("calendar_undo_proposal", args, Verdict)), 200);
  });
}

/** The proposal; an ApiError where it could not be decided. */
function decided(verdict: Verdict): z.infer<typeof Proposal> {
  switch (verdict.kind) {
    case "decided":
      return verdict.proposal;
    case "not_found":
      throw new ApiError(404, "not_found", "You have no such proposal.");
    case "not_allowed":
      throw new ApiError(
        403,
        "forbidden",
        "You may not change this obligation. Ask whoever is responsible for it.",
      );
    case "conflict":
      throw conflict(verdict.reason);
  }
}

function conflict(reason: Extract<Verdict, { kind: "conflict" }>["reason"]): ApiError {
  switch (reason) {
    case "decided":
      return new ApiError(
        409,
        "proposal_decided",
        "This was decided already, or the event was moved again. Look at the list.",
      );
    case "not_accepted":
      return new ApiError(409, "proposal_not_accepted", "There is nothing to take back.");
    case "deadline_changed":
      return new ApiError(
        409,
        "deadline_changed",
        "The deadline has changed since. Look at the obligation.",
      );
    case "busy":
      return new ApiError(
        409,
        "deadline_changed",
        "Somebody is changing this deadline right now. Try again in a moment.",
      );
  }
}
