/**
 * Many times the largest answer that a provider gives: a page of a listing, or a batch of events with all their text.
 */
export const ANSWER_BYTES_MAX = 8 * 1024 * 1024;

/** An answer was longer than {@link ANSWER_BYTES_MAX}: it was cut off, and what it says is unknown. */
export class AnswerTooLarge extends Error {
  override readonly name = "AnswerTooLarge";
  constructor() {
    super(`The answer has more than ${ANSWER_BYTES_MAX} bytes.`);
  }
}

/**
 * Why a call has no answer that could be read.
 *
 * @param timeout what ends the call when it takes too long
 */
export function reasonOfLoss(
  error: unknown,
  timeout: AbortSignal,
): "timeout" | "answer_too_large" | "network" {
  if (timeout.aborted) return "timeout";
  return error instanceof AnswerTooLarge ? "answer_too_large" : "network";
}

/**
 * `fetch` for providers: the answer is read to its end before it is returned, and never takes more memory than
 * {@link ANSWER_BYTES_MAX}, compressed or not.
 *
 * @throws AnswerTooLarge; and whatever `fetch` throws
 */
export async function boundedFetch(
  input: string | URL | Request,
  init: Omit<RequestInit, "body"> & { readonly body?: BodyInit | null | undefined } = {},
): Promise<Response> {
  const { body, ...options } = init;
  const response = await fetch(input, body === undefined ? options : { ...options, body });
  if (response.body === null) return response;
  const { status, statusText, headers } = response;
  return new Response(await readBounded(response.body), { status, statusText, headers });
}

async function readBounded(body: ReadableStream<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  // Leaving the loop cancels the rest.
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > ANSWER_BYTES_MAX) throw new AnswerTooLarge();
    chunks.push(chunk);
  }
  const whole = new Uint8Array(bytes);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return whole;
}
