import { z } from "@hono/zod-openapi";
import { ApiError } from "../../_shared/platform/errors.ts";
import type { Rpc } from "../../_shared/platform/rpc.ts";
import type { Providers } from "../../_shared/providers/registry.ts";
import { Proposal, Proposals } from "../answers/proposals.ts";
import type { CalendarApp } from "../app.ts";
import { Placed, withEventUrl } from "../event-links.ts";
import * as routes from "../routes/proposals.ts";

const ProposalRow = Proposal.omit({ event_url: true }).extend(Placed);
const ProposalsRow = Proposals.extend({ proposals: z.array(ProposalRow) });

/** What the database says of a decision. */
const Verdict = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("decided"), proposal: ProposalRow }),
  z.object({ kind: z.literal("not_found") }),
  z.object({ kind: z.literal("not_allowed") }),
  z.object({
    kind: z.literal("conflict"),
    reason: z.enum(["decided", "not_accepted", "deadline_changed", "busy"]),
  }),
]);
type Verdict = z.infer<typeof Verdict>;

/**
 * What users decide of deadlines that they moved in a calendar.
 *
 * @param providers those that this installation offers
 */
export function addProposals(app: CalendarApp, { providers }: { readonly providers: Providers }): void {
  const decide = async (
    userRpc: Rpc,
    call: "calendar_accept_proposal" | "calendar_dismiss_proposal" | "calendar_undo_proposal",
    p_proposal_id: string,
  ) => withEventUrl(providers, decided(await userRpc(call, { p_proposal_id }, Verdict)));

  app.openapi(routes.proposals, async (c) => {
    const { proposals, open } = await c.var.userRpc("calendar_proposals", {}, ProposalsRow);
    return c.json({ proposals: proposals.map((proposal) => withEventUrl(providers, proposal)), open }, 200);
  });

  app.openapi(routes.acceptProposal, async (c) => {
    const { id } = c.req.valid("param");
    return c.json(await decide(c.var.userRpc, "calendar_accept_proposal", id), 200);
  });

  app.openapi(routes.dismissProposal, async (c) => {
    const { id } = c.req.valid("param");
    return c.json(await decide(c.var.userRpc, "calendar_dismiss_proposal", id), 200);
  });

  app.openapi(routes.undoProposal, async (c) => {
    const { id } = c.req.valid("param");
    return c.json(await decide(c.var.userRpc, "calendar_undo_proposal", id), 200);
  });
}

/** The proposal; an ApiError where it could not be decided. */
function decided(verdict: Verdict): z.infer<typeof ProposalRow> {
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
