/** One request that is not made by the product's clients, so that its answer is seen as it is. */
export type RawCall = (
  method: string,
  path: string,
  options?: { readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> },
) => Promise<RawAnswer>;

/** An answer as it came. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Null where the text is no JSON. */
  readonly json: unknown;
}

const TIMEOUT_MS = 20_000;

/**
 * Makes requests below one address.
 *
 * @param base where a path is resolved; asked at each call
 * @param authorization the header; it goes to `base` alone, since no redirect is followed
 */
export function rawCalls(
  base: () => string,
  authorization: string,
  common: Readonly<Record<string, string>> = {},
): RawCall {
  return async (method, path, { body, headers } = {}) => {
    const json = body !== undefined && typeof body !== "string";
    const response = await fetch(`${base()}${path}`, {
      method,
      redirect: "manual",
      headers: {
        ...common,
        ...(json ? { "content-type": "application/json" } : {}),
        ...headers,
        authorization,
      },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: parsed(text) };
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
