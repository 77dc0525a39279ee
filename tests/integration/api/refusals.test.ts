import assert from "node:assert/strict";
import type { Fault } from "../../../local/providers/faults.ts";
import { consent } from "../../support/calendar-api.ts";
import { openScene } from "../../support/scene.ts";
import { ADA, type ConsentProvider } from "../../support/subjects/subject.ts";

type Answer = Pick<Fault, "kind" | "status" | "reason" | "retry_after">;

const refused = (status: number, reason: string, retry_after?: string): Answer => ({
  kind: "status",
  status,
  reason,
  ...(retry_after === undefined ? {} : { retry_after }),
});

/** What each provider answers, and the code that its user is told. */
const ANSWERS: Readonly<Record<ConsentProvider, readonly (readonly [Answer, number, string])[]>> = {
  google: [
    [refused(401, "authError"), 409, "reconnect_needed"],
    [refused(403, "insufficientPermissions"), 409, "permission_missing"],
    [refused(403, "domainPolicy"), 409, "blocked_by_policy"],
    [refused(403, "quotaExceeded"), 502, "quota"],
    [refused(403, "accessNotConfigured"), 502, "configuration"],
    [refused(403, "rateLimitExceeded", "30"), 502, "provider_limit"],
    [refused(403, "forbidden"), 502, "provider_refused"],
    [refused(503, "backendError"), 502, "provider_unavailable"],
  ],
  outlook: [
    [refused(401, "InvalidAuthenticationToken"), 409, "reconnect_needed"],
    [refused(403, "ErrorAccessDenied"), 409, "permission_missing"],
    [refused(403, "ErrorQuotaExceeded"), 502, "quota"],
    [refused(429, "ApplicationThrottled", "30"), 502, "provider_limit"],
    [refused(400, "ErrorInvalidRequest"), 502, "provider_refused"],
    [refused(503, "ErrorServerBusy"), 502, "provider_unavailable"],
  ],
};

for (const name of ["google", "outlook"] as const) {
  Deno.test({
    name: `${name}: every refusal has its own words, at every place that asks a provider`,
    sanitizeOps: false,
    sanitizeResources: false,
  }, async (t) => {
    const scene = await openScene(name);
    const { faults } = scene.provider.emulator;
    try {
      const resident = await scene.connectedUser(ADA, "existing");
      // The calendar was read: the worker meets none of the refusals.
      await scene.untilIdle();
      const { id: integration_id } = resident.integration;
      const user = await scene.newUser();
      const landed = await consent(
        await user.api.authorizeUrl({ provider: name, redirect_to: scene.redirect_to }),
        ADA,
      );
      const connection = landed.searchParams.get("calendar_connection");
      assert.ok(connection);
      const places = {
        "POST /confirm": () => user.api.request("POST", "/confirm", { connection }),
        "GET /calendars": () => resident.api.request("GET", `/calendars?integration_id=${integration_id}`),
        "POST /calendars": () => resident.api.request("POST", "/calendars", { integration_id }),
        "PATCH /status": () =>
          resident.api.request("PATCH", "/status", { integration_id, calendar_id: "primary" }),
      };
      for (const [place, ask] of Object.entries(places)) {
        await t.step(place, async () => {
          for (const [answer, status, code] of ANSWERS[name]) {
            faults.set([{ ...answer, match: { path: "/calendar(s|List)" } }]);
            const response = await ask();
            faults.clear();
            const body = await response.json();
            assert.deepEqual([response.status, body.code], [status, code], JSON.stringify([answer, body]));
            assert.equal(/did not answer/.test(body.message), code === "provider_unavailable", body.message);
            assert.doesNotMatch(body.message, /existing/);
            if (code === "provider_limit") assert.equal(response.headers.get("retry-after"), "30");
          }
        });
      }
      await t.step("the same ticket works once the provider agrees", async () => {
        const response = await places["POST /confirm"]();
        assert.equal(response.status, 200, await response.text());
      });
    } finally {
      await scene.close();
    }
  });
}
