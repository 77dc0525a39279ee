import type { KeyScope } from "../_shared/platform/api-keys.ts";

/** What opens a call to an API key: a scope, or nothing, since a person has to do it. */
export type Opener = KeyScope | "people";

/**
 * Which API keys open which call, by method and path; the names of a path's parameters do not matter. A call that is not here is
 * closed to every key.
 */
const OPENERS: Readonly<Record<string, Opener>> = {
  "GET /status": "status:read",
  "GET /providers": "status:read",
  "GET /calendars": "status:read",
  "GET /explain": "status:read",
  "GET /problems": "status:read",
  "GET /activity": "status:read",
  "GET /notices": "status:read",
  "GET /obligation_types": "status:read",
  "GET /obligations": "status:read",
  "GET /test_event": "status:read",

  "POST /sync": "sync:write",
  "POST /retry": "sync:write",
  "POST /resume": "sync:write",
  "POST /reapply": "sync:write",
  "POST /test_event": "sync:write",
  "DELETE /test_event": "sync:write",

  "GET /evidence": "evidence:read",

  "GET /feeds": "feeds:write",
  "POST /feeds": "feeds:write",
  "PATCH /feeds/{id}": "feeds:write",
  "POST /feeds/{id}/rotate": "feeds:write",
  "DELETE /feeds/{id}": "feeds:write",

  "GET /proposals": "proposals:write",
  "POST /proposals/{id}/accept": "proposals:write",
  "POST /proposals/{id}/dismiss": "proposals:write",
  "POST /proposals/{id}/undo": "proposals:write",

  "GET /webhooks": "webhooks:write",
  "POST /webhooks": "webhooks:write",
  "PATCH /webhooks/{id}": "webhooks:write",
  "DELETE /webhooks/{id}": "webhooks:write",
  "POST /webhooks/{id}/test": "webhooks:write",
  "POST /webhooks/{id}/rotate": "webhooks:write",
  "POST /webhooks/{id}/replay": "webhooks:write",
  "GET /webhooks/{id}/deliveries": "webhooks:write",
  "POST /webhooks/{id}/deliveries/{delivery_id}/retry": "webhooks:write",

  "GET /authorize": "people",
  "GET /admin_consent": "people",
  "POST /confirm": "people",
  "POST /connect": "people",
  "DELETE /": "people",
  "PATCH /status": "people",
  "GET /options": "people",
  "POST /calendars": "people",
  "POST /notices/{id}/dismiss": "people",
  "POST /notices/{id}/restore": "people",
  "GET /preferences": "people",
  "PATCH /preferences": "people",
  "GET /notifications": "people",
  "PATCH /notifications": "people",
  "GET /keys": "people",
  "POST /keys": "people",
  "POST /keys/{id}/rotate": "people",
  "DELETE /keys/{id}": "people",
};

const BY_SHAPE = new Map(Object.entries(OPENERS).map(([call, opener]) => [shapeOf(call), opener]));

/**
 * What opens a call to a key; undefined: nobody has decided, and no key does.
 *
 * @param path its template, with parameters as `{id}` or `:id`
 */
export function openerOf(method: string, path: string): Opener | undefined {
  return BY_SHAPE.get(shapeOf(`${method.toUpperCase()} ${path}`));
}

function shapeOf(call: string): string {
  return call.replace(/\{[^}]*\}|:[^/]+/g, "{}");
}
