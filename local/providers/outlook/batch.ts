import { type Context, Hono } from "hono";
import { z } from "zod";
import type { Traffic } from "../traffic.ts";
import { type GraphEnv, jsonOf } from "./access.ts";
import { GraphError } from "./errors.ts";

/** Graph, "JSON batching". */
const REQUESTS_MAX = 20;
/** What Graph sends to Outlook at once, whatever the batch ("Throttling limits", Outlook). */
const AT_ONCE = 4;
const FIRST_ERROR_STATUS = 400;

const Item = z.strictObject({
  id: z.string().min(1),
  method: z.enum(["GET", "POST", "PATCH", "PUT", "DELETE"]),
  url: z.string().regex(/^(?![a-z]+:\/\/)./i, "the URL has to be relative"),
  headers: z.record(z.string(), z.string()).optional(),
  body: z.unknown().optional(),
  dependsOn: z.array(z.string()).optional(),
});
type Item = z.infer<typeof Item>;
const Batch = z.strictObject({ requests: z.array(Item).min(1).max(REQUESTS_MAX) });

interface Answer {
  readonly id: string;
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body?: unknown;
}

/** `/$batch`: up to 20 requests in one, each throttled as if it had come alone. */
export function batchRoutes(traffic: Pick<Traffic, "part">): Hono<GraphEnv> {
  const app = new Hono<GraphEnv>();
  app.post("/", async (c) => {
    const items = parseBatch(await jsonOf(c.req.raw));
    const inTurn = createTurns(AT_ONCE);
    const running = new Map<string, Promise<Answer | null>>();
    for (const item of items) running.set(item.id, run(c, item, running, inTurn));
    const answers = (await Promise.all(running.values())).filter((answer) => answer !== null);
    return c.json({ responses: rotated(answers) });
  });

  /** @returns null where the answer is lost */
  async function run(
    c: Context<GraphEnv>,
    item: Item,
    running: ReadonlyMap<string, Promise<Answer | null>>,
    inTurn: <Result>(work: () => Promise<Result>) => Promise<Result>,
  ): Promise<Answer | null> {
    const earlier = await Promise.all((item.dependsOn ?? []).map((id) => running.get(id)));
    if (earlier.some((answer) => !answer || answer.status >= FIRST_ERROR_STATUS)) {
      return await answerOf(
        item.id,
        new GraphError(424, "FailedDependency", "A request that this one depends on failed.")
          .toResponse(undefined),
      );
    }
    const response = await inTurn(() => traffic.part(requestOf(c, item)));
    return response === null ? null : await answerOf(item.id, response);
  }
  return app;
}

/** @throws GraphError 400 for the batch as a whole */
function parseBatch(body: unknown): Item[] {
  const parsed = Batch.safeParse(body);
  if (!parsed.success) throw new GraphError(400, "BadRequest", z.prettifyError(parsed.error));
  const seen = new Set<string>();
  for (const { id, dependsOn = [], body, headers = {} } of parsed.data.requests) {
    if (seen.has(id)) throw new GraphError(400, "BadRequest", `Request Id '${id}' is not unique.`);
    if (dependsOn.some((other) => !seen.has(other))) {
      throw new GraphError(400, "BadRequest", `Request '${id}' depends on one that does not come before it.`);
    }
    if (body !== undefined && !Object.keys(headers).some((name) => name.toLowerCase() === "content-type")) {
      throw new GraphError(400, "BadRequest", `Write request '${id}' does not contain Content-Type header.`);
    }
    seen.add(id);
  }
  return parsed.data.requests;
}

function requestOf(c: Context<GraphEnv>, { method, url, headers, body }: Item): Request {
  const own = new Headers(headers);
  if (!own.has("authorization")) own.set("authorization", c.req.header("authorization") ?? "");
  return new Request(new URL(`/v1.0/${url.replace(/^\//, "")}`, c.req.url), {
    method,
    headers: own,
    ...(body === undefined || method === "GET" ? {} : { body: JSON.stringify(body) }),
  });
}

async function answerOf(id: string, response: Response): Promise<Answer> {
  const headers = Object.fromEntries([...response.headers].map(([name, value]) => [
    name.replace(/(^|-)[a-z]/g, (start) => start.toUpperCase()),
    value,
  ]));
  const text = await response.text();
  if (text === "") return { id, status: response.status, headers };
  const isJson = response.headers.get("content-type")?.includes("json") === true;
  return { id, status: response.status, headers, body: isJson ? JSON.parse(text) : text };
}

/** Lets so many at once do their work, in the order in which they came. */
function createTurns(at_once: number): <Result>(work: () => Promise<Result>) => Promise<Result> {
  const waiting: (() => void)[] = [];
  let free = at_once;
  return async (work) => {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free++;
    }
  };
}

/** Never in the order of the requests, which clients must not rely on. */
function rotated<One>(items: readonly One[]): One[] {
  const by = 1 + Math.floor(Math.random() * Math.max(1, items.length - 1));
  return [...items.slice(by), ...items.slice(0, by)];
}
