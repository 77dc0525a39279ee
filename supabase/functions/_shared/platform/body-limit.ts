import { bodyLimit } from "hono/body-limit";
import { createMiddleware } from "hono/factory";
import { ApiError } from "./errors.ts";

/**
 * Reads no more of a body than it may have: 413 `invalid_request` for a larger one, 400 for one that breaks off or is not
 * framed as HTTP wants it.
 *
 * @param options.bytes_max how large it may be
 * @param options.in_words the same, for the message
 */
export function limitBody(options: { readonly bytes_max: number; readonly in_words: string }) {
  const limit = bodyLimit({
    maxSize: options.bytes_max,
    onError: () => {
      throw new ApiError(413, "invalid_request", `The body is larger than ${options.in_words}.`);
    },
  });
  return createMiddleware(async (c, next) => {
    try {
      return await limit(c, next);
    } catch (error: unknown) {
      throw error instanceof ApiError ? error : unreadableBody();
    }
  });
}

/** What a client is told whose body could not be read to its end. */
export function unreadableBody(): ApiError {
  return new ApiError(400, "invalid_request", "The body could not be read.");
}
