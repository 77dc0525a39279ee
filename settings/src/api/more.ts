import { useSurroundings } from "../context.ts";
import type { CalendarApi } from "./client.ts";
import type {
  Answers,
  ConnectRequest,
  Decision,
  Delivery,
  Feed,
  FeedRequest,
  Integration,
  KeyRequest,
  MailMode,
  NewApiKey,
  NewFeed,
  NewWebhook,
  NoticeKind,
  Notifications,
  Preset,
  Proposal,
  ProviderName,
  Webhook,
  WebhookChange,
  WebhookRequest,
} from "./types.ts";

/** Rows of activity in one answer: a bulk of a usual size is whole in it. */
export const ACTIVITY_PAGE = 200;

/** {@link createMoreApi} of the signed-in user. */
export function useMoreApi() {
  return createMoreApi(useSurroundings().api);
}

/** Calls that the first sight of the page does without. Every method throws {@link CalendarApiError}. */
export function createMoreApi({ get, post, call }: Pick<CalendarApi, "get" | "post" | "call">) {
  return {
    /** @returns the servers that a provider's accounts may be on, by name */
    presets: async (name: ProviderName): Promise<readonly Preset[]> =>
      (await get<Answers["Providers"]>("/providers")).providers.find(({ provider }) => provider === name)
        ?.presets ?? [],
    connect: (account: ConnectRequest) => post<Integration>("/connect", { ...account }),
    /** @returns what `calendar_edits` may be in this installation */
    offeredEdits: async () => (await get<Answers["Options"]>("/options")).calendar_edits,
    /** @returns how many events get the reminders of the settings */
    reapply: async (integration_id: string) =>
      (await post<Answers["Queued"]>("/reapply", { integration_id })).queued,
    /** @returns the test event in a calendar; null where it has none. The next two calls return the same once they have changed it. */
    testEvent: async (integration_id: string) =>
      (await get<Answers["TestEventAnswer"]>("/test_event", { integration_id })).test_event,
    sendTestEvent: async (integration_id: string) =>
      (await post<Answers["TestEventAnswer"]>("/test_event", { integration_id })).test_event,
    removeTestEvent: async (integration_id: string) => {
      const query = { integration_id };
      return (await call<Answers["TestEventAnswer"]>("DELETE", "/test_event", { query })).answer.test_event;
    },
    problems: () => get<Answers["Problems"]>("/problems"),
    /** @param obligation_id all that failed where it is null */
    retry: (integration_id: string, obligation_id: string | null) =>
      post<Answers["Queued"]>(
        "/retry",
        obligation_id === null ? { integration_id } : { integration_id, obligation_id },
      ),
    /** @param until the `at` of the last row that is known; the newest rows where it is null */
    activity: async (until: string | null) =>
      (await get<Answers["Activities"]>("/activity", {
        limit: String(ACTIVITY_PAGE),
        ...(until === null ? {} : { until }),
      })).activity,
    /** @returns those nearest to now, at most 50 */
    obligations: async (search: string, limit = 20) =>
      (await get<Answers["Obligations"]>("/obligations", { search, limit: String(limit) })).obligations,
    explain: async (obligation_id: string) =>
      (await get<Answers["Explanation"]>("/explain", { obligation_id })).integrations,
    /** @returns a file: CSV for spreadsheets, without its byte order mark */
    evidence: (obligation_id: string) => get<string>("/evidence", { obligation_id, format: "csv" }),
    decide: (proposal_id: string, decision: Decision) =>
      post<Proposal>(`/proposals/${proposal_id}/${decision}`, {}),
    feeds: async () => (await get<Answers["Feeds"]>("/feeds")).feeds,
    createFeed: (feed: FeedRequest) => post<NewFeed>("/feeds", { ...feed }),
    changeFeed: async ({ id, change }: { readonly id: string; readonly change: FeedRequest }) =>
      (await call<Feed>("PATCH", `/feeds/${id}`, { body: { ...change } })).answer,
    rotateFeed: (id: string) => post<NewFeed>(`/feeds/${id}/rotate`, {}),
    deleteFeed: async (id: string) => {
      await call<unknown>("DELETE", `/feeds/${id}`);
    },
    obligationTypes: async () =>
      (await get<Answers["ObligationTypes"]>("/obligation_types")).obligation_types,
    notifications: () => get<Notifications>("/notifications"),
    /** @param kinds those that change */
    changeNotifications: async (kinds: Partial<Record<NoticeKind, MailMode>>) =>
      (await call<Notifications>("PATCH", "/notifications", { body: { kinds } })).answer,
    keys: async () => (await get<Answers["ApiKeys"]>("/keys")).keys,
    createKey: (key: KeyRequest) => post<NewApiKey>("/keys", { ...key }),
    rotateKey: (id: string) => post<NewApiKey>(`/keys/${id}/rotate`, {}),
    deleteKey: async (id: string) => {
      await call<unknown>("DELETE", `/keys/${id}`);
    },
    webhooks: async () => (await get<Answers["Webhooks"]>("/webhooks")).webhooks,
    createWebhook: (webhook: WebhookRequest) => post<NewWebhook>("/webhooks", { ...webhook }),
    changeWebhook: async ({ id, change }: { readonly id: string; readonly change: WebhookChange }) =>
      (await call<Webhook>("PATCH", `/webhooks/${id}`, { body: { ...change } })).answer,
    rotateWebhook: (id: string) => post<NewWebhook>(`/webhooks/${id}/rotate`, {}),
    testWebhook: (id: string) => post<Delivery>(`/webhooks/${id}/test`, {}),
    deleteWebhook: async (id: string) => {
      await call<unknown>("DELETE", `/webhooks/${id}`);
    },
    deliveries: async (webhook_id: string) =>
      (await get<Answers["Deliveries"]>(`/webhooks/${webhook_id}/deliveries`)).deliveries,
    retryDelivery: ({ webhook_id, id }: { readonly webhook_id: string; readonly id: string }) =>
      post<Answers["Queued"]>(`/webhooks/${webhook_id}/deliveries/${id}/retry`, {}),
  };
}
