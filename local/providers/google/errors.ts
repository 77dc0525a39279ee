import type { FaultAnswer } from "../faults.ts";

/** An error in the Calendar API's shape. */
export class GoogleError extends Error {
  override readonly name = "GoogleError";
  constructor(
    readonly status: number,
    readonly reason: string,
    message: string,
    readonly headers: Record<string, string> = {},
  ) {
    super(message);
  }

  toResponse(): Response {
    const domain = this.reason.toLowerCase().includes("limit") || this.reason === "quotaExceeded"
      ? "usageLimits"
      : "global";
    return Response.json({
      error: {
        errors: [{ domain, reason: this.reason, message: this.message }],
        code: this.status,
        message: this.message,
      },
    }, { status: this.status, headers: this.headers });
  }
}

export const notFound = () => new GoogleError(404, "notFound", "Not Found");
export const gone = () => new GoogleError(410, "deleted", "Resource has been deleted");
export const invalid = (message: string) => new GoogleError(400, "invalid", message);
export const required = (message: string) => new GoogleError(400, "required", message);
export const scopeMissing = () =>
  new GoogleError(403, "insufficientPermissions", "Request had insufficient authentication scopes.");

/** A `status` fault in the shape of whom it stands for: the token endpoint's errors are OAuth's. */
export const answerFault: FaultAnswer = ({ status, reason = "backendError", headers }, path) => {
  const message = "Switched on in the emulator.";
  return path === "/token"
    ? Response.json({ error: reason, error_description: message }, { status, headers: { ...headers } })
    : new GoogleError(status, reason, message, { ...headers }).toResponse();
};
