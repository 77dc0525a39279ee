import { Hono } from "hono";
import { z } from "zod";
import type { Traffic } from "../traffic.ts";
import { type BatchPart, formatBatch, parseBatch } from "./batch-format.ts";
import { GoogleError, invalid, notFound } from "./errors.ts";

/** Google Calendar API guide, "Batch requests". */
const PARTS_MAX = 1000;
const API_PATH = "/calendar/v3/";

const WithId = z.object({ id: z.string() });

/** `/batch/calendar/v3`: many requests in one, each as if it had come alone. */
export function batchRoutes(traffic: Pick<Traffic, "part">): Hono {
  const app = new Hono();
  app.post("/", async (c) => {
    const parts = parseBatch(c.req.header("content-type") ?? "", await c.req.text());
    if (parts.length > PARTS_MAX) {
      throw new GoogleError(400, "badRequest", `The batch has more than ${PARTS_MAX} parts.`);
    }
    const clashes = clashesIn(parts);
    const answers = await Promise.all(parts.map(async (part, index) => ({
      content_id: part.content_id,
      response: await carryOut(part, clashes[index] ?? false, c.req.url, c.req.header("authorization")),
    })));
    return await formatBatch(answers);
  });

  async function carryOut(part: BatchPart, conflict: boolean, base: string, authorization?: string) {
    const { method, target, body } = part;
    if (!target.startsWith("/")) return invalid("The URL of a part is a path.").toResponse();
    const url = new URL(target, base);
    if (!url.pathname.startsWith(API_PATH)) return notFound().toResponse();
    const headers = new Headers(part.headers);
    headers.delete("content-length");
    if (authorization !== undefined && !headers.has("authorization")) {
      headers.set("authorization", authorization);
    }
    const hasBody = body !== "" && method !== "GET" && method !== "HEAD";
    const request = new Request(url, { method, headers, ...(hasBody ? { body } : {}) });
    return await traffic.part(request, { conflict });
  }
  return app;
}

/** Says of each part whether an earlier one writes to the same event: since June 2024 Google carries out the first alone. */
function clashesIn(parts: readonly BatchPart[]): boolean[] {
  const written = new Set<string>();
  return parts.map((part) => {
    const event = eventWrittenBy(part);
    if (event === null) return false;
    const isTaken = written.has(event);
    written.add(event);
    return isTaken;
  });
}

function eventWrittenBy({ method, target, body }: BatchPart): string | null {
  const [path = ""] = target.split("?");
  if (method === "GET" || !path.includes("/events")) return null;
  if (method !== "POST") return path;
  const id = WithId.safeParse(jsonOrNull(body)).data?.id;
  return id === undefined ? null : `${path}/${id}`;
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
