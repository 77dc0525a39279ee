import { tokenIn } from "../_shared/feeds/address.ts";
import { log } from "../_shared/platform/log.ts";
import { addToSummary, logScope } from "../_shared/platform/log-scope.ts";
import type { Rpc } from "../_shared/platform/rpc.ts";
import { hashSecretToken } from "../_shared/platform/secret-token.ts";
import { clientKind } from "../_shared/feeds/clients.ts";
import { callerAddress } from "./caller.ts";
import { acceptsGzip } from "./content-coding.ts";
import { type Feed, pollFeed } from "./feed.ts";
import { feedBody, firstPage } from "./feed-body.ts";
import { isCurrent, type Validators, validatorsOf } from "./validators.ts";

const GZIP_SUFFIX = "-gzip";

/** On every answer: the address is a secret, and what is at it is for one person. */
const ALWAYS = {
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-robots-tag": "noindex, nofollow",
} as const;

/** What a feed is answered with. */
export interface FeedContext {
  /** As `service_role`. */
  readonly rpc: Rpc;
  /** What UIDs end with: the same for as long as the installation lives. */
  readonly domain: string;
  /** That keeps callers' addresses from being found out. */
  readonly secret: string;
}

/**
 * Answers a request for a feed. Nothing in it names the address: neither what is logged nor what is answered.
 *
 * What is at no address, not any more or never was, takes the same way and gets the same answer.
 */
export async function answerFeed(context: FeedContext, request: Request): Promise<Response> {
  try {
    if (request.method !== "GET" && request.method !== "HEAD") {
      return refused(405, "invalid_request", "Feeds are read with GET.", { allow: "GET, HEAD" });
    }
    const client = clientKind(request.headers.get("user-agent") ?? "");
    addToSummary({ client });
    const poll = await pollFeed(context.rpc, {
      token_hash: await hashSecretToken(tokenIn(new URL(request.url).pathname)),
      address: await callerAddress(request.headers.get("x-forwarded-for") ?? undefined, context.secret),
      client,
    });
    switch (poll.kind) {
      case "unknown":
        return refused(404, "not_found", "There is no calendar at this address.");
      case "limited":
        return refused(429, "rate_limited", `Too many calls. Try again in ${poll.wait_s} s.`, {
          "retry-after": String(poll.wait_s),
        });
      case "feed":
        addToSummary({ feed_id: poll.feed_id });
        return await answer(context, request, poll);
    }
  } catch (error: unknown) {
    log.error("unexpected_error", { error });
    return refused(500, "internal", "Something went wrong on our side. Try again.");
  }
}

async function answer(context: FeedContext, request: Request, feed: Feed): Promise<Response> {
  const validators = validatorsOf(feed);
  const gzip = acceptsGzip(request.headers.get("accept-encoding"));
  const headers = new Headers({
    ...ALWAYS,
    // Asked for each time: that costs one query, and a deadline that moved is not to be shown for longer than need be.
    // Not transformed on the way: the ETag is of these bytes.
    "cache-control": "private, no-cache, no-transform",
    vary: "accept-encoding",
    ...validatorHeaders(validators, gzip),
  });
  if (isCurrent(validators, ["", GZIP_SUFFIX], request.headers)) {
    return new Response(null, { status: 304, headers });
  }
  headers.set("content-type", "text/calendar; charset=utf-8");
  headers.set("content-disposition", 'inline; filename="deadlines.ics"');
  if (gzip) headers.set("content-encoding", "gzip");
  if (request.method === "HEAD") return new Response(null, { headers });
  const { rpc, domain } = context;
  const text = ReadableStream.from(
    logged(feedBody({ rpc, feed, domain, first_page: await firstPage(rpc, feed) }), logScope()?.request_id),
  )
    .pipeThrough(new TextEncoderStream());
  return new Response(gzip ? text.pipeThrough(new CompressionStream("gzip")) : text, { headers });
}

function validatorHeaders({ tag, modified_s }: Validators, gzip: boolean): Record<string, string> {
  return {
    etag: `"${tag}${gzip ? GZIP_SUFFIX : ""}"`,
    ...(modified_s === null ? {} : { "last-modified": new Date(modified_s * 1000).toUTCString() }),
  };
}

/** Half of a calendar is sent already: its reader learns from the broken connection that the rest is missing. */
async function* logged(
  body: AsyncIterable<string>,
  request_id: string | undefined,
): AsyncGenerator<string> {
  try {
    yield* body;
  } catch (error: unknown) {
    // Whoever reads does so when the request has been logged and its scope is over.
    log.error("feed_interrupted", { success: false, request_id, error });
    throw error;
  }
}

function refused(
  status: 404 | 405 | 429 | 500,
  code: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  addToSummary({ error_code: code });
  return Response.json({ code, message }, {
    status,
    headers: { ...ALWAYS, "cache-control": "no-store", ...headers },
  });
}
