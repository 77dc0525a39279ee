import { z } from "zod";
import { runInBackground } from "../_shared/platform/background.ts";
import { channelIn, hashChannelToken, type TokenCheck } from "../_shared/platform/channel-token.ts";
import { log } from "../_shared/platform/log.ts";
import { addToSummary } from "../_shared/platform/log-scope.ts";
import { metrics } from "../_shared/platform/metrics.ts";
import type { Rpc } from "../_shared/platform/rpc.ts";
import type { Notification, NotificationReader } from "../_shared/providers/notification.ts";
import type { Admissions } from "./admission.ts";
import { boundedText } from "./bounded-text.ts";

/** A Graph call with a thousand items is smaller. */
const BODY_BYTES_MAX = 256 * 1024;
const CHALLENGE_CHARACTERS_MAX = 2048;
/** Providers want an answer within three seconds. */
const NOTED_WITHIN_MS = 2_500;
/** How long a call waits that stands for all that come too quickly. A move is to be seen within ten seconds. */
const SOON_MS = 2_000;

/** What answering a provider's call needs. */
export interface WebhookContext {
  readonly rpc: Rpc;
  readonly readers: readonly NotificationReader[];
  readonly admissions: Admissions;
  readonly isOurToken: TokenCheck;
}

/** An item as the database takes it (`calendar_sync.push_item`). */
interface PushItem extends Omit<Notification, "token" | "channel_id"> {
  readonly channel_id: string;
  readonly token_hash: string;
}

/**
 * Answers a provider's call. Whether its channels, tokens and resources are known shows nowhere in the answer.
 *
 * @param path the last part of the address
 */
export async function answerNotification(
  context: WebhookContext,
  request: Request,
  path: string,
): Promise<Response> {
  const reader = context.readers.find((candidate) => candidate.path === path);
  if (reader === undefined) return refused(404, "not_found", "There is nothing at this address.");
  if (request.method !== "POST") {
    return refused(405, "invalid_request", `${request.method} is not possible here.`, { allow: "POST" });
  }
  // Before the body: a provider that asks whether the address is ours sends none.
  const challenge = reader.challengeOf(new URL(request.url));
  if (challenge !== null) {
    if (challenge.length > CHALLENGE_CHARACTERS_MAX) {
      return refused(400, "invalid_request", "The validation token is too long.");
    }
    addToSummary({ kind: "challenge" });
    return answer(200, challenge, { "content-type": "text/plain" });
  }
  const body = await boundedText(request, BODY_BYTES_MAX);
  if (body === null) return refused(413, "invalid_request", "The body is larger than 256 KiB.");
  const items = await admitted(context, reader, reader.read(request.headers, body));
  try {
    await within(NOTED_WITHIN_MS, note(context.rpc, reader.provider, items));
  } catch (error: unknown) {
    log.warn("notification_not_noted", { provider: reader.provider, success: false, error });
    metrics.count("calendar_push_notifications", { provider: reader.provider, result: "not_noted" });
    return refused(503, "internal", "This could not be noted. Send it again.");
  }
  return answer(202, null);
}

/** What is noted now. What is noted later is seen to. */
async function admitted(
  context: WebhookContext,
  { provider }: NotificationReader,
  notifications: readonly Notification[],
): Promise<readonly PushItem[]> {
  const now = new Map<string, PushItem>();
  for (const { token, channel_id, ...said } of notifications) {
    const named = channelIn(token);
    if (named === null || channel_id !== null && channel_id !== named) {
      metrics.count("calendar_push_notifications", { provider, result: "refused" });
      continue;
    }
    const admission = await context.isOurToken(token)
      ? context.admissions.ofChannel(`${named} ${said.kind}`)
      : context.admissions.ofUnknown();
    if (admission !== "now") metrics.count("calendar_push_notifications", { provider, result: "limited" });
    if (admission === "never" || admission === "with_another") continue;
    const item: PushItem = { channel_id: named, token_hash: await hashChannelToken(token), ...said };
    if (admission === "now") now.set(`${named} ${said.kind} ${said.resource_id}`, item);
    else runInBackground(noteSoon(context, provider, item));
  }
  return [...now.values()];
}

async function note(rpc: Rpc, provider: string, items: readonly PushItem[]): Promise<void> {
  if (items.length === 0) return;
  const channels = new Set(items.map(({ channel_id }) => channel_id)).size;
  const known = await rpc("calendar_note_push", { p_provider: provider, p_items: items }, z.int());
  addToSummary({ channels, known });
  metrics.count("calendar_push_notifications", { provider, result: "noted" }, known);
  metrics.count("calendar_push_notifications", { provider, result: "refused" }, channels - known);
}

/** One call stands for those that come too quickly: the last of them may be of an edit that no pull has read. */
async function noteSoon(
  { rpc, admissions }: WebhookContext,
  provider: string,
  item: PushItem,
): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, SOON_MS));
  admissions.isBeingNoted(`${item.channel_id} ${item.kind}`);
  await note(rpc, provider, [item]).catch((error: unknown) => {
    log.warn("notification_not_noted", { provider, success: false, error });
  });
}

async function within(ms: number, work: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error("The database takes long.")), ms);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function refused(
  status: number,
  code: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  addToSummary({ error_code: code });
  return answer(status, JSON.stringify({ code, message }), {
    "content-type": "application/json",
    ...headers,
  });
}

function answer(
  status: number,
  body: string | null,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(body, {
    status,
    headers: { "cache-control": "no-store", "x-content-type-options": "nosniff", ...headers },
  });
}
