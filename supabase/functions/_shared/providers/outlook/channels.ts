import { z } from "zod";
import type { CalendarAnswer, CalendarChoice, Channel, NewChannel } from "../calendar-client.ts";
import type { GraphAnswer } from "./answers.ts";
import { type Account, type CalendarProgram, missingCalendar, parsed, type Target } from "./calendars.ts";
import { type GraphCall, pathBelow, pathTo, SUBSCRIPTIONS_PATH } from "./http.ts";

const MINUTE_MS = 60_000;
/** Clocks differ: an hour less than what is allowed. */
const SPARE_MINUTES = 60;
/**
 * How long a subscription to events lives at most: as documented now, and as it was before, where an older cloud still says so.
 *
 * @source https://learn.microsoft.com/graph/api/resources/subscription, Subscription lifetime
 * @source github.com/microsoftgraph/microsoft-graph-docs #2988
 */
const LIVES_MINUTES: readonly number[] = [10_080, 4_230];
const PAGES_MAX = 20;

const Subscription = z.object({
  id: z.string().min(1),
  expirationDateTime: z.string().refine((text) => !Number.isNaN(Date.parse(text))),
});
const SubscriptionPage = z.object({
  value: z.array(z.object({
    id: z.string().min(1),
    resource: z.string().nullish(),
    notificationUrl: z.string().nullish(),
  })),
  "@odata.nextLink": z.string().nullish(),
});
type Listed = z.infer<typeof SubscriptionPage>["value"][number];

/**
 * Has Graph call us when an event of a calendar is created, changed or deleted. It calls `channel.url` first, and that has to
 * answer with what it is given.
 *
 * Graph refuses a second subscription to the same calendar, though not at all times. Nobody can tell what the first one was given to
 * repeat, so one that calls the same address is ended and made anew. One that calls another address may be another installation's,
 * and stays.
 *
 * @param now_ms the current time
 * @source https://learn.microsoft.com/graph/api/subscription-post-subscriptions
 * @source https://learn.microsoft.com/answers/questions/5768670
 */
export function* createChannel(
  target: Target,
  channel: NewChannel,
  now_ms: number,
): CalendarProgram<Channel> {
  const resource = resourceOf(target.calendar);
  const create = () =>
    withLongestLife(now_ms, (expirationDateTime) => ({
      method: "POST",
      path: SUBSCRIPTIONS_PATH,
      body: {
        changeType: "created,updated,deleted",
        notificationUrl: channel.url,
        lifecycleNotificationUrl: channel.url,
        resource,
        expirationDateTime,
        clientState: channel.token,
      },
    }));
  let answer = yield* create();
  if (answer.kind === "conflict") {
    const ended = yield* endEarlier(target, resource, channel.url);
    if (ended.kind !== "done") return ended;
    if (ended.value > 0) answer = yield* create();
  }
  if (answer.kind === "gone") return yield* missingCalendar(target, target.calendar, answer.reason);
  const made = channelOf(answer);
  // Graph made it only after we had answered.
  return made.kind === "done" ? { ...made, value: { ...made.value, is_verified: true } } : made;
}

/**
 * Lets a subscription live longer, and confirms that we may still read what it is about.
 *
 * @param subscription_id null: its creation was never answered
 * @param now_ms the current time
 * @returns `gone` where it has to be made anew
 * @source https://learn.microsoft.com/graph/api/subscription-update
 */
export function* renewChannel(subscription_id: string | null, now_ms: number): CalendarProgram<Channel> {
  if (subscription_id === null) return { kind: "gone", reason: "never_made" };
  const answer = yield* withLongestLife(now_ms, (expirationDateTime) => ({
    method: "PATCH",
    path: subscriptionPath(subscription_id),
    body: { expirationDateTime },
  }));
  return answer.kind === "gone" ? answer : channelOf(answer);
}

/**
 * Ends a subscription.
 *
 * @param subscription_id null: its creation was never answered. It ends by itself, and the next one for the same calendar ends it
 * @source https://learn.microsoft.com/graph/api/subscription-delete
 */
export function* stopChannel(subscription_id: string | null): CalendarProgram<null> {
  if (subscription_id === null) return { kind: "done", value: null };
  const answer = yield { method: "DELETE", path: subscriptionPath(subscription_id) };
  return answer.kind === "ok" || answer.kind === "gone" ? { kind: "done", value: null } : answer;
}

/** Asks for the longest life first. An address that did not prove to be ours is another refusal: `retry`. */
function* withLongestLife(
  now_ms: number,
  callOf: (expirationDateTime: string) => GraphCall,
): Generator<GraphCall, GraphAnswer, GraphAnswer> {
  let answer: GraphAnswer = { kind: "rejected", reason: "no_life" };
  for (const minutes of LIVES_MINUTES) {
    answer = yield callOf(new Date(now_ms + (minutes - SPARE_MINUTES) * MINUTE_MS).toISOString());
    if (answer.kind !== "rejected") break;
  }
  return answer;
}

/**
 * Ends the subscriptions to a resource that call an address of ours.
 *
 * @returns how many there were
 */
function* endEarlier(account: Account, resource: string, url: string): CalendarProgram<number> {
  const listed = yield* listSubscriptions(account);
  if (listed.kind !== "done") return listed;
  const earlier = listed.value.filter((one) =>
    one.notificationUrl === url && plainResource(one.resource ?? "") === plainResource(resource)
  );
  for (const { id } of earlier) {
    const ended = yield* stopChannel(id);
    if (ended.kind !== "done") return ended;
  }
  return { kind: "done", value: earlier.length };
}

/** Those of our application in this account: Graph shows no others, and filters by nothing. */
function* listSubscriptions({ graph_url }: Account): CalendarProgram<readonly Listed[]> {
  const all: Listed[] = [];
  let path = SUBSCRIPTIONS_PATH;
  for (let number = 0; number < PAGES_MAX; number++) {
    const page: CalendarAnswer<z.infer<typeof SubscriptionPage>> = parsed(
      yield { method: "GET", path },
      SubscriptionPage,
    );
    if (page.kind !== "done") return page;
    all.push(...page.value.value);
    const link = page.value["@odata.nextLink"];
    if (!link) return { kind: "done", value: all };
    const next = pathBelow(graph_url, link);
    if (next === null) return { kind: "unknown", reason: "next_link", after_s: null };
    path = next;
  }
  return { kind: "done", value: all };
}

/**
 * What a subscription is about. All calendars of the mailbox are documented, one alone is in use everywhere. The default calendar's
 * id changes, so there it is all of them.
 *
 * @source https://learn.microsoft.com/graph/api/resources/subscription
 * @source github.com/microsoftgraph/msgraph-sdk-dotnet #2423
 */
function resourceOf({ id, role }: CalendarChoice): string {
  if (role === "primary") return "me/events";
  // Ids that Exchange gives now need no escapes, and then none are sent.
  return `me/calendars/${encodeURIComponent(id).replaceAll("%3D", "=")}/events`;
}

/** Graph may show a resource with the user's id in place of `me`. */
function plainResource(resource: string): string {
  const below = resource.replace(/^\/?(me|users\/[^/]+)\//i, "");
  try {
    return decodeURIComponent(below);
  } catch {
    return below;
  }
}

function subscriptionPath(id: string): string {
  return SUBSCRIPTIONS_PATH + pathTo(id);
}

/** Graph makes and renews no subscription without an answer of the address that it will call. */
function channelOf(answer: GraphAnswer): CalendarAnswer<Channel> {
  return parsed(
    answer,
    Subscription.transform(({ id, expirationDateTime }) => ({
      resource_id: id,
      expires_at: new Date(expirationDateTime).toISOString(),
      is_verified: true as const,
    })),
  );
}
