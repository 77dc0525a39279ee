import assert from "node:assert/strict";
import { createDeliveries } from "../../../../supabase/functions/_shared/notices/deliver.ts";
import type { Delivery } from "../../../../supabase/functions/_shared/notices/delivery.ts";

const DELIVERY: Delivery = {
  id: "one",
  channel: "webhook",
  user_id: null,
  endpoint_id: "its webhook",
  event_id: "evt_1",
  type: "webhook.test",
  payload: {},
  created_at: "2027-01-01T00:00:00Z",
  attempts: 0,
  target: null,
};

Deno.test("an attempt that this worker ends itself is not recorded as one that the receiver was too slow for", async () => {
  const claimed: Delivery[][] = [[DELIVERY]];
  const recorded: unknown[] = [];
  const deliveries = createDeliveries({
    rpc: (name, args, schema) => {
      if (name === "calendar_claim_deliveries") return Promise.resolve(schema.parse(claimed.pop() ?? []));
      recorded.push(args);
      return Promise.resolve(schema.parse(null));
    },
    worker_id: "a worker",
    senders: { webhook: () => (deliveries.abort(), new Promise(() => {})) },
    at_once: 1,
    budget: { hasRoom: () => true, spendOnDeliveries: () => {} },
  });
  deliveries.begin();
  await deliveries.running();
  assert.match(JSON.stringify(recorded), /"outcome":"retry","error":"aborted"/);
});
