import assert from "node:assert/strict";
import { Webhook } from "standardwebhooks";
import type { Delivery } from "../../../../supabase/functions/_shared/notices/delivery.ts";
import { signWebhook } from "../../../../supabase/functions/_shared/notices/sign-webhook.ts";
import {
  judgeWebhookAddress,
  webhookPolicy,
} from "../../../../supabase/functions/_shared/notices/webhook-address.ts";
import {
  createWebhookSender,
  outcomeOf,
} from "../../../../supabase/functions/_shared/notices/webhook-sender.ts";
import { ConfigurationError } from "../../../../supabase/functions/_shared/platform/env.ts";
import {
  AddressNotAllowed,
  createOutbound,
} from "../../../../supabase/functions/_shared/transport/safe-fetch.ts";
import { withRawServer } from "../transport/stand.ts";

const SECRET = `whsec_${btoa("0123456789abcdef0123456789abcdef")}`;
const OTHER = `whsec_${btoa("fedcba9876543210fedcba9876543210")}`;
const ENV = {
  webhook_hosts: "*",
  supabase_url: "http://kong:8000",
  public_url: "https://project.supabase.co",
};

function delivery(url: string, target: object = {}): Delivery {
  return {
    id: crypto.randomUUID(),
    channel: "webhook",
    user_id: null,
    endpoint_id: crypto.randomUUID(),
    event_id: "evt_1",
    type: "webhook.test",
    payload: { type: "webhook.test", timestamp: "2027-01-01T00:00:00Z", data: { integration_id: null } },
    created_at: "2027-01-01T00:00:00Z",
    attempts: 0,
    target: { url, enabled: true, secrets: [SECRET], ...target },
  };
}

Deno.test("the library of Standard Webhooks accepts the signature of each secret, and of no other message", async () => {
  const message = { id: "evt_1", timestamp_s: Math.floor(Date.now() / 1000), body: '{"type":"ü"}' };
  const signature = await signWebhook({ ...message, secrets: [SECRET, OTHER] });
  const headers = {
    "webhook-id": message.id,
    "webhook-timestamp": String(message.timestamp_s),
    "webhook-signature": signature,
  };
  for (const secret of [SECRET, OTHER]) {
    assert.deepEqual(new Webhook(secret).verify(message.body, headers), { type: "ü" });
    for (
      const changed of [{ "webhook-id": "evt_2" }, { "webhook-timestamp": String(message.timestamp_s + 1) }]
    ) {
      assert.throws(() => new Webhook(secret).verify(message.body, { ...headers, ...changed }), /signature/);
    }
    assert.throws(() => new Webhook(secret).verify(`${message.body} `, headers), /signature/);
  }
});

Deno.test("a status is a success, a failure, or the end; Retry-After counts with every failure", () => {
  const soon = new Date(Date.now() + 60_000).toUTCString();
  for (
    const [status, retry_after, expected] of [
      [200, null, { outcome: "delivered", status: 200 }],
      [299, "30", { outcome: "delivered", status: 299 }],
      [301, null, { outcome: "retry", status: 301, error: "redirect" }],
      [400, "30", { outcome: "retry", status: 400, error: "status", retry_after_s: 30 }],
      [502, "30", { outcome: "retry", status: 502, error: "status", retry_after_s: 30 }],
      [410, null, { outcome: "gone", status: 410, error: "gone" }],
      [429, "30", { outcome: "retry", status: 429, error: "status", retry_after_s: 30 }],
      [503, "-1", { outcome: "retry", status: 503, error: "status" }],
      [503, "99999999999999", { outcome: "retry", status: 503, error: "status" }],
      [503, "soon", { outcome: "retry", status: 503, error: "status" }],
      [599, null, { outcome: "retry", status: 599, error: "status" }],
    ] as const
  ) {
    assert.deepEqual(outcomeOf(status, retry_after), expected);
  }
  const { retry_after_s = 0 } = outcomeOf(429, soon);
  assert.ok(retry_after_s > 55 && retry_after_s <= 60, String(retry_after_s));
});

Deno.test("the head of an answer counts, also where its body never ends", async () => {
  const endings = ["transfer-encoding: chunked\r\n\r\n", "content-length: 2\r\n\r\n", "\r\nok"];
  for (const [status, outcome] of [[200, "delivered"], [410, "gone"]] as const) {
    for (const ending of endings) {
      await withRawServer(async ({ request, send }) => {
        await request();
        await send(`HTTP/1.1 ${status} It is so\r\n${ending}`);
        await request();
      }, async (port) => {
        const origin = `http://127.0.0.1:${port}`;
        const policy = webhookPolicy({ ...ENV, webhook_hosts: origin });
        const page_url = "https://page.example/";
        const send = createWebhookSender({
          outbound: createOutbound({ policy }),
          policy,
          page_url,
          attempt_ms: 5_000,
        });
        assert.equal((await send(delivery(`${origin}/`), new AbortController().signal)).outcome, outcome);
      });
    }
  }
});

Deno.test("an address is judged by its text: public, https, none of our own", () => {
  const policy = webhookPolicy(ENV);
  judgeWebhookAddress(policy, "https://app.example.com:8443/hook?key=1");
  for (
    const url of [
      "",
      "app.example.com",
      "http://app.example.com/",
      "ftp://app.example.com/",
      "https://user:password@app.example.com/",
      "https://app.example.com:444/",
      "https://127.0.0.1/",
      "https://127.1/",
      "https://0x7f.1/",
      "https://2130706433/",
      "https://[::1]/",
      "https://[::ffff:127.0.0.1]/",
      "https://169.254.169.254/latest/meta-data",
      "https://localhost/",
      "https://localhost./",
      "https://LOCALHOST/",
      "https://a.localhost/",
      "https://printer.local/",
      "https://metadata.google.internal/",
      "https://intranet/",
      "https://kong:8000/",
      "https://project.supabase.co/functions/v1/calendar",
      "https://project.functions.supabase.co/calendar",
    ]
  ) {
    assert.throws(() => judgeWebhookAddress(policy, url), AddressNotAllowed, url);
  }
  const listed = webhookPolicy({ ...ENV, webhook_hosts: "https://example.org, http://127.0.0.1:9000" });
  judgeWebhookAddress(listed, "http://127.0.0.1:9000/hook");
  judgeWebhookAddress(listed, "https://hooks.example.org/");
  for (const url of ["http://127.0.0.1:9001/hook", "https://app.example.com/", "https://127.0.0.1:9000/"]) {
    assert.throws(() => judgeWebhookAddress(listed, url), AddressNotAllowed, url);
  }
});

Deno.test("an address is written as it is called, but for the slash of an origin", () => {
  const policy = webhookPolicy(ENV);
  for (
    const [text, url] of [
      ["https://app.example.com", "https://app.example.com"],
      ["https://app.example.com/", "https://app.example.com/"],
      ["https://app.example.com/a?b=c#d", "https://app.example.com/a?b=c#d"],
      ["https://APP.example.com:443/a/../b", "https://app.example.com/b"],
      [" https://app.example\n.com/", "https://app.example.com/"],
      ["https:\\\\called.example.com//app.example.com/", "https://called.example.com//app.example.com/"],
      ["https:app.example.com/é", "https://app.example.com/%C3%A9"],
      ["https://bücher.example.com", "https://xn--bcher-kva.example.com/"],
    ] as const
  ) {
    assert.equal(judgeWebhookAddress(policy, text).url, url);
  }
});

Deno.test("hosts that cannot be read are named at the start", () => {
  assert.throws(() => webhookPolicy({ ...ENV, webhook_hosts: "example.org/path" }), (error) => {
    assert.ok(error instanceof ConfigurationError);
    assert.match(error.message, /CALENDAR_WEBHOOK_HOSTS must/);
    return true;
  });
});

Deno.test("a name that leads into a network by the time of the call is not connected to, and takes as long as silence", async () => {
  const policy = webhookPolicy(ENV);
  const connected: string[] = [];
  let addresses = ["203.0.114.7"];
  const outbound = createOutbound({
    policy,
    resolve: () => Promise.resolve(addresses),
    connect: (address) => {
      connected.push(address);
      return Promise.reject(new Error("Nobody is there."));
    },
  });
  const attempt_ms = 300;
  const send = createWebhookSender({ outbound, policy, page_url: "https://page.example/", attempt_ms });
  const attempt = async () => {
    const started_at = performance.now();
    const outcome = await send(delivery("https://app.example.com/hook"), new AbortController().signal);
    return { outcome, took_ms: performance.now() - started_at };
  };
  const unreachable = await attempt();
  assert.deepEqual(connected, ["203.0.114.7"]);
  for (
    const changed of [["10.0.0.1"], ["203.0.114.7", "127.0.0.1"], ["::1"], ["64:ff9b::7f00:1"], [
      "169.254.169.254",
    ]]
  ) {
    addresses = changed;
    const private_one = await attempt();
    assert.deepEqual(private_one.outcome, unreachable.outcome);
    assert.deepEqual(private_one.outcome, { outcome: "retry", error: "unreachable" });
    assert.ok(
      Math.abs(private_one.took_ms - unreachable.took_ms) < 150,
      `${private_one.took_ms}, ${unreachable.took_ms}`,
    );
  }
  assert.deepEqual(connected, ["203.0.114.7"]);
});

Deno.test("an address that was allowed once and is not any more is not called", async () => {
  const policy = webhookPolicy({ ...ENV, webhook_hosts: "https://example.org" });
  const outbound = () => Promise.reject(new Error("It is called."));
  const send = createWebhookSender({ outbound, policy, page_url: "https://page.example/" });
  assert.deepEqual(await send(delivery("https://app.example.com/hook"), new AbortController().signal), {
    outcome: "retry",
    error: "address_not_allowed",
  });
});

Deno.test("one that is switched off is called for a test alone", async () => {
  const policy = webhookPolicy(ENV);
  let calls = 0;
  const outbound = () => {
    calls++;
    return Promise.resolve({ status: 204, headers: new Headers(), body: new Uint8Array(), truncated: false });
  };
  const send = createWebhookSender({ outbound, policy, page_url: "https://page.example/" });
  const off = delivery("https://app.example.com/hook", { enabled: false });
  const { signal } = new AbortController();
  assert.deepEqual(await send({ ...off, type: "deadline.shown" }, signal), {
    outcome: "failed",
    error: "switched_off",
  });
  assert.equal(calls, 0);
  assert.deepEqual(await send(off, signal), { outcome: "delivered", status: 204 });
  assert.equal(calls, 1);
});

Deno.test("without a secret that can be read nothing is sent", async () => {
  const outbound = () => Promise.reject(new Error("It is called."));
  const send = createWebhookSender({
    outbound,
    policy: webhookPolicy(ENV),
    page_url: "https://page.example/",
  });
  const unsigned = delivery("https://app.example.com/hook", { secrets: [] });
  assert.deepEqual(await send(unsigned, new AbortController().signal), {
    outcome: "retry",
    error: "secret_unreadable",
  });
});
