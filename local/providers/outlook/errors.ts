import type { FaultAnswer } from "../faults.ts";

/** An error of Graph; who asked what is added when it is answered. */
export class GraphError extends Error {
  override readonly name = "GraphError";
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
    /** Beside code and message, such as `@event.existingEventId`. */
    readonly annotations: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }

  /** @param client_request_id as the client sent it */
  toResponse(client_request_id: string | undefined, request_id: string = crypto.randomUUID()): Response {
    return Response.json({
      error: {
        code: this.code,
        message: this.message,
        ...this.annotations,
        innerError: {
          date: new Date().toISOString().slice(0, 19),
          "request-id": request_id,
          "client-request-id": client_request_id ?? request_id,
        },
      },
    }, { status: this.status, headers: { ...this.headers, "request-id": request_id } });
  }
}

/** An error of the token endpoint. */
export class EntraError extends Error {
  override readonly name = "EntraError";
  constructor(
    readonly status: number,
    readonly error: string,
    readonly error_codes: readonly number[],
    message: string,
    readonly suberror?: string | undefined,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }

  get description(): string {
    return `AADSTS${this.error_codes[0] ?? 0}: ${this.message}`;
  }

  toResponse(): Response {
    const correlation_id = crypto.randomUUID();
    const trace_id = crypto.randomUUID();
    const timestamp = `${new Date().toISOString().slice(0, 19).replace("T", " ")}Z`;
    return Response.json({
      error: this.error,
      error_description:
        `${this.description} Trace ID: ${trace_id} Correlation ID: ${correlation_id} Timestamp: ${timestamp}`,
      error_codes: this.error_codes,
      timestamp,
      trace_id,
      correlation_id,
      ...(this.suberror === undefined ? {} : { suberror: this.suberror }),
    }, { status: this.status, headers: { ...this.headers } });
  }
}

/** A `status` fault in the shape of whom it stands for. */
export const answerFault: FaultAnswer = (fault, path) => {
  const message = "Switched on in the emulator.";
  if (path.endsWith("/oauth2/v2.0/token")) {
    const { status, reason = "temporarily_unavailable", error_codes = [90033], suberror, headers } = fault;
    return new EntraError(status, reason, error_codes, message, suberror, headers).toResponse();
  }
  return new GraphError(fault.status, fault.reason ?? "UnknownError", message, fault.headers)
    .toResponse(undefined);
};

/** What is not there, or not any more. */
export const itemNotFound = () =>
  new GraphError(404, "ErrorItemNotFound", "The specified object was not found in the store.");
/** What is no id at all. */
export const malformedId = () => new GraphError(400, "ErrorInvalidIdMalformed", "Id is malformed.");
/** What the token or the calendar does not allow. */
export const accessDenied = () =>
  new GraphError(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.");
/** A body that does not fit the type: an unknown name, a wrong spelling. */
export const unreadable = (message: string) => new GraphError(400, "RequestBodyRead", message);
/** A query or a combination that Outlook does not accept. */
export const invalidRequest = (message: string) => new GraphError(400, "ErrorInvalidRequest", message);
/** A value that Outlook does not accept. */
export const invalidProperty = (message: string) =>
  new GraphError(400, "ErrorPropertyValidationFailure", message);
