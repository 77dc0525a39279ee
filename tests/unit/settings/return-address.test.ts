import assert from "node:assert/strict";
import { isReturn, returnOf } from "../../../settings/src/calendar/connection/return-address.ts";

Deno.test("a consent page sends back a ticket, a refusal, or an administrator's consent", () => {
  assert.deepEqual(returnOf("?tab=1&calendar_connection=ticket"), { kind: "ticket", ticket: "ticket" });
  assert.deepEqual(returnOf("?calendar_error=access_denied"), { kind: "refused", code: "access_denied" });
  assert.deepEqual(returnOf("?calendar_admin_consent=given"), { kind: "admin_consent_given" });
});

Deno.test("any other address is no return", () => {
  assert.equal(returnOf("?tab=calendar"), null);
  assert.equal(returnOf("?calendar_connection="), null);
  assert.equal(isReturn("?code=1&state=2"), false);
});
