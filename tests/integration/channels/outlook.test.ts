import { testChannels } from "./cases.ts";

testChannels({
  name: "outlook",
  path: "microsoft",
  watchers: ({ outlook }) =>
    [...outlook?.state.subscriptions.values() ?? []].map((subscription) => ({
      id: subscription.id,
      calendar_id: subscription.calendar_id ?? "",
      url: subscription.notification_url,
      expires_at_ms: subscription.expires_at,
    })),
  setLife({ outlook }, seconds) {
    if (outlook) outlook.state.channel_life_s = seconds;
  },
  create: { method: "POST", path: "/subscriptions$" },
  stop: { method: "DELETE", path: "/subscriptions/" },
  renews: true,
  idOf: ({ resource_id }) => resource_id,
});
