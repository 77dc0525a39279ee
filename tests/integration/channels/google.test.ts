import { testChannels } from "./cases.ts";

testChannels({
  name: "google",
  path: "google",
  watchers: ({ google }) =>
    (google?.state.channels.list() ?? []).map(({ id, calendar_id, address, expires_at_ms }) => ({
      id,
      calendar_id,
      url: address,
      expires_at_ms,
    })),
  setLife({ google }, seconds) {
    if (google) google.state.channels.life_s = seconds ?? 604_800;
  },
  create: { method: "POST", path: "/events/watch" },
  stop: { method: "POST", path: "/channels/stop" },
  renews: false,
  idOf: ({ id }) => id,
});
