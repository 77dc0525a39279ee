import type { Message } from "../deliveries.ts";
import type {
  ChangeType,
  OutlookAccount,
  OutlookCalendar,
  OutlookEvent,
  OutlookState,
  OutlookSubscription,
} from "./state.ts";

/** What happens within this time is told in one call. */
const GATHER_MS = 50;

/** `lifecycleEvent`. */
export type LifecycleEvent = "reauthorizationRequired" | "subscriptionRemoved" | "missed";

/** One entry of a call's `value`. */
type Item = Readonly<Record<string, unknown>>;

/** What a forged notification says instead of what is true. */
export interface Forgery {
  readonly subscriptionId?: string;
  readonly clientState?: string | null;
}

/** Calls the addresses of subscriptions. */
export interface Notifier {
  /** Tells what happened to subscriptions themselves. Where one was made without an address for it, nobody is told. */
  tellLifecycle(subscriptions: readonly OutlookSubscription[], event: LifecycleEvent): void;
  /**
   * Makes a call that Graph would not make.
   *
   * @returns the status of its answer; 0: there was none
   */
  forge(subscription: OutlookSubscription, says: Forgery): Promise<number>;
  /** Ends what is under way or waits. */
  close(): void;
}

/** What is to be seen in a calendar, or in all of them: ids of events with their versions. */
export function knownEvents(
  account: OutlookAccount,
  calendar_id: string | null,
): ReadonlyMap<string, string> {
  return new Map(
    calendarsOf(account, calendar_id).flatMap(({ events }) =>
      [...events.values()].map(({ id, changeKey }): [string, string] => [id, changeKey])
    ),
  );
}

/** Begins to watch the mailboxes: whoever changes an event, its subscribers are told. */
export function startNotifier(state: OutlookState): Notifier {
  let gathering: ReturnType<typeof setTimeout> | null = null;

  function gather(): void {
    gathering = null;
    const calls = new Map<string, Item[]>();
    for (const subscription of state.subscriptions.values()) {
      if (subscription.expires_at < Date.now()) continue;
      const url = subscription.notification_url;
      calls.set(url, [...calls.get(url) ?? [], ...newsOf(subscription)]);
    }
    for (const [url, items] of calls) {
      if (items.length > 0) state.deliveries.post(callOf(url, items));
    }
  }

  const forget = state.onChange(() => {
    if (state.subscriptions.size > 0) gathering ??= setTimeout(gather, GATHER_MS);
  });

  return {
    tellLifecycle: (subscriptions, event) => {
      for (const subscription of subscriptions) {
        if (subscription.lifecycle_url === null) continue;
        const item = { ...aboutOf(subscription), lifecycleEvent: event };
        state.deliveries.post(callOf(subscription.lifecycle_url, [item]));
      }
    },
    forge: (subscription, says) => {
      const [id] = subscription.known.keys();
      const item = { ...itemOf(subscription, "updated", id ?? "none", null), ...says };
      return state.deliveries.send(callOf(subscription.notification_url, [item]));
    },
    close: () => {
      forget();
      if (gathering !== null) clearTimeout(gathering);
      state.deliveries.close();
    },
  };
}

/** What a subscription is to be told since the last time. */
function newsOf(subscription: OutlookSubscription): Item[] {
  const { account, calendar_id, change_types, known } = subscription;
  const now = knownEvents(account, calendar_id);
  subscription.known = now;
  const changes = [
    ...[...now].flatMap(([id, version]): [string, ChangeType][] => {
      const before = known.get(id);
      return before === version ? [] : [[id, before === undefined ? "created" : "updated"]];
    }),
    ...[...known.keys()].flatMap((id): [string, ChangeType][] => now.has(id) ? [] : [[id, "deleted"]]),
  ];
  const calendars = calendarsOf(account, calendar_id);
  return changes
    .filter(([, type]) => change_types.includes(type))
    .map(([id, type]) => {
      const event = calendars.map(({ events }) => events.get(id)).find((one) => one !== undefined);
      return itemOf(subscription, type, id, event ?? null);
    });
}

/** @param event null: it is not there any more */
function itemOf(
  subscription: OutlookSubscription,
  changeType: ChangeType,
  id: string,
  event: OutlookEvent | null,
): Item {
  const shown = event !== null && subscription.id_form === "mutable" ? event.mutable_id : id;
  const path = `Users/${subscription.account.oid}/Events/${shown}`;
  return {
    ...aboutOf(subscription),
    changeType,
    resource: path,
    resourceData: {
      "@odata.type": "#Microsoft.Graph.Event",
      "@odata.id": path,
      ...(event === null ? {} : { "@odata.etag": `W/"${event.changeKey}"` }),
      id: shown,
    },
  };
}

function aboutOf({ id, account, client_state, expires_at }: OutlookSubscription): Item {
  return {
    subscriptionId: id,
    subscriptionExpirationDateTime: new Date(expires_at).toISOString(),
    clientState: client_state,
    tenantId: account.tid,
  };
}

function calendarsOf({ calendars }: OutlookAccount, calendar_id: string | null): readonly OutlookCalendar[] {
  if (calendar_id === null) return [...calendars.values()];
  const calendar = calendars.get(calendar_id);
  return calendar === undefined ? [] : [calendar];
}

function callOf(url: string, value: readonly Item[]): Message {
  return {
    url,
    headers: { "content-type": "application/json; charset=utf-8" },
    body: JSON.stringify({ value }),
  };
}
