import { z } from "@hono/zod-openapi";
import { accepts } from "hono/accepts";
import { explainInWords } from "../../_shared/domain/explanation.ts";
import { ApiError } from "../../_shared/platform/errors.ts";
import type { Providers } from "../../_shared/providers/registry.ts";
import { ConnectionActivity, EventActivity } from "../answers/activity.ts";
import { Evidence, Explained, Explanation, Obligation, Problem, Problems } from "../answers/obligations.ts";
import { When } from "../answers/proposals.ts";
import { type CalendarApp, notYours } from "../app.ts";
import { Placed, withEventUrl } from "../event-links.ts";
import { evidenceCsv } from "../evidence-csv.ts";
import * as routes from "../routes/obligations.ts";

/** What its words and its link are made of. */
const InWords = { ...Placed, legal: When.nullable() };
const ExplanationRow = Explanation.extend({
  integrations: z.array(Explained.omit({ message: true, event_url: true }).extend(InWords)),
});
const ProblemsRow = Problems.extend({
  problems: z.array(
    Problem.omit({ message: true, event_url: true }).extend(InWords),
  ),
});
const ActivityRow = z.discriminatedUnion("kind", [
  EventActivity.omit({ event_url: true }).extend(Placed),
  ConnectionActivity,
]);

/**
 * What became of single obligations.
 *
 * @param providers those that this installation offers
 */
export function addObligations(app: CalendarApp, { providers }: { readonly providers: Providers }): void {
  app.openapi(routes.activity, async (c) => {
    const { limit, until } = c.req.valid("query");
    const activity = await c.var.userRpc("calendar_activity", {
      p_limit: limit,
      p_until: until ?? null,
    }, z.array(ActivityRow));
    return c.json({
      activity: activity.map((row) => row.kind === "event" ? withEventUrl(providers, row) : row),
    }, 200);
  });

  app.openapi(routes.problems, async (c) => {
    const { problems, total } = await c.var.userRpc("calendar_problems", {}, ProblemsRow);
    return c.json({
      problems: problems.map(({ legal, ...problem }) => ({
        ...withEventUrl(providers, problem),
        message: explainInWords({ ...problem, legal }),
      })),
      total,
    }, 200);
  });

  app.openapi(routes.retry, async (c) => {
    const { integration_id, obligation_id } = c.req.valid("json");
    const queued = await c.var.userRpc("calendar_retry", {
      p_integration_id: integration_id,
      p_obligation_id: obligation_id ?? null,
    }, z.int().nullable());
    if (queued === null) throw notYours();
    return c.json({ queued }, 202);
  });

  app.openapi(routes.obligations, async (c) => {
    const { search, limit } = c.req.valid("query");
    const obligations = await c.var.userRpc("calendar_find_obligations", {
      p_search: search,
      p_limit: limit,
    }, z.array(Obligation));
    return c.json({ obligations }, 200);
  });

  app.openapi(routes.explain, async (c) => {
    const { obligation_id } = c.req.valid("query");
    const explanation = await c.var.userRpc(
      "calendar_explain",
      { p_obligation_id: obligation_id },
      ExplanationRow.nullable(),
    );
    if (explanation === null) throw new ApiError(404, "not_found", "You have no such obligation.");
    return c.json({
      ...explanation,
      integrations: explanation.integrations.map(({ legal, ...row }) => ({
        ...withEventUrl(providers, row),
        message: explainInWords({ ...row, legal }),
      })),
    }, 200);
  });

  app.openapi(routes.evidence, async (c) => {
    const { obligation_id, format } = c.req.valid("query");
    const evidence = await c.var.userRpc(
      "calendar_evidence",
      { p_obligation_id: obligation_id },
      Evidence.nullable(),
    );
    if (evidence === null) throw new ApiError(404, "not_found", "You have no such obligation.");
    const wanted = format ?? accepts(c, {
      header: "Accept",
      supports: ["application/json", "text/csv"],
      default: "application/json",
    });
    c.header("vary", "accept", { append: true });
    if (wanted !== "csv" && wanted !== "text/csv") return c.json(evidence, 200);
    return c.body(evidenceCsv(evidence), 200, {
      "content-type": "text/csv; charset=utf-8; header=present",
      "content-disposition": `attachment; filename="evidence-${obligation_id}.csv"`,
    });
  });
}
