import assert from "node:assert/strict";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { z } from "zod";
import { createHttpTransport, mailboxText } from "../../../supabase/functions/_shared/notices/mail/http.ts";
import type { Handover, MailMessage } from "../../../supabase/functions/_shared/notices/mail/message.ts";
import { createSmtpTransport } from "../../../supabase/functions/_shared/notices/mail/smtp.ts";
import { startMailServer } from "../../support/mail-server.ts";

const USER = { user: "calendar", password: "a password" };

const MESSAGE: MailMessage = {
  from: { name: "EcoComply", address: "calendar@example.org" },
  to: "ada@example.org",
  subject: "The connection to your calendar is lost — look",
  text: "The connection is lost.\n\nMend it on the page: https://app.example.org/settings\n",
  html: "<p>The connection is lost.</p>",
  headers: {
    "Auto-Submitted": "auto-generated",
    "List-Unsubscribe": `<https://api.example.org/functions/v1/calendar/unsubscribe?token=${
      "t".repeat(300)
    }>`,
    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
  },
  key: "notice-75b3c907-1c24-4474-bab3-9a195b776a5b-1",
  date: new Date("2027-03-01T14:05:59Z"),
};

/** A mail server of this machine, and what reached it. */
interface SmtpStandIn {
  readonly port: number;
  readonly mails: readonly { readonly raw: string; readonly secure: boolean; readonly user: unknown }[];
  close(): Promise<void>;
}

/** Refuses mailboxes by their name: gone, full, and later; one that is a number with a text is refused with that. */
async function startSmtp(options: SMTPServerOptions): Promise<SmtpStandIn> {
  const mails: { raw: string; secure: boolean; user: unknown }[] = [];
  const refusals: Readonly<Record<string, number>> = { gone: 550, moved: 551, full: 552, later: 451 };
  const refusal = (responseCode: number) => Object.assign(new Error("It is as it is."), { responseCode });
  const server = new SMTPServer({
    ...options,
    onAuth: ({ username, password }, _session, done) =>
      username === USER.user && password === USER.password
        ? done(null, { user: username })
        : done(refusal(535)),
    onMailFrom: ({ address }, _session, done) => address.startsWith("nobody") ? done(refusal(550)) : done(),
    onRcptTo({ address }, _session, done) {
      const [mailbox = ""] = address.split("@");
      const status = refusals[mailbox];
      if (status !== undefined) return done(refusal(status));
      const [, code, words] = /^(5\d\d)_(.+)$/.exec(mailbox) ?? [];
      if (code === undefined) return done();
      done(Object.assign(new Error(words?.replaceAll("_", " ")), { responseCode: Number(code) }));
    },
    onData(stream, session, done) {
      const decoder = new TextDecoder();
      let raw = "";
      stream.on("data", (chunk: Uint8Array) => raw += decoder.decode(chunk, { stream: true }));
      stream.on("end", () => {
        mails.push({ raw, secure: session.secure, user: session.user });
        done();
      });
    },
  });
  // A client that leaves in the middle is one of the cases.
  server.on("error", () => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = z.object({ port: z.int() }).parse(server.server.address());
  return { port, mails, close: () => new Promise((resolve) => server.close(resolve)) };
}

function send(port: number, change: Partial<MailMessage> = {}, tls = false): Promise<Handover> {
  const transport = createSmtpTransport({ kind: "smtp", host: "127.0.0.1", port, tls, ...USER });
  return transport({ ...MESSAGE, ...change }, AbortSignal.timeout(10_000));
}

Deno.test({
  name: "a mail server takes a mail, by TLS, by STARTTLS and on this machine without",
  sanitizeOps: false,
  sanitizeResources: false,
}, async (t) => {
  const cases = [
    { name: "TLS", tls: true, options: { secure: true } },
    { name: "STARTTLS", tls: false, options: {} },
    { name: "neither", tls: false, options: { hideSTARTTLS: true, allowInsecureAuth: true } },
  ];
  for (const { name, tls, options } of cases) {
    await t.step(name, async () => {
      const server = await startSmtp(options);
      try {
        assert.deepEqual(await send(server.port, {}, tls), { kind: "taken" });
        const [mail] = server.mails;
        assert.ok(mail);
        assert.deepEqual([mail.secure, mail.user], [name !== "neither", USER.user]);
      } finally {
        await server.close();
      }
    });
  }
});

Deno.test({
  name: "by SMTP a mail that is sent again is the same to the letter, and says that a program wrote it",
  sanitizeOps: false,
  sanitizeResources: false,
}, async () => {
  const server = await startSmtp({});
  try {
    for (const _ of [1, 2]) assert.equal((await send(server.port)).kind, "taken");
    const [first, second] = server.mails.map(({ raw }) => raw);
    assert.ok(first);
    assert.equal(first, second);
    const headers = first.slice(0, first.indexOf("\r\n\r\n")).replace(/\r\n[ \t]+/g, " ");
    assert.match(headers, /^Message-ID: <notice-75b3c907-1c24-4474-bab3-9a195b776a5b-1@example\.org>$/m);
    assert.match(headers, /^Auto-Submitted: auto-generated$/m);
    assert.match(headers, /^List-Unsubscribe: <https:\/\/api\.example\.org\/\S+>$/m);
    assert.match(headers, /^List-Unsubscribe-Post: List-Unsubscribe=One-Click$/m);
    assert.match(headers, /^From: EcoComply <calendar@example\.org>$/m);
    assert.match(headers, /^To: ada@example\.org$/m);
    assert.match(first, /Content-Type: text\/plain/);
    assert.match(first, /Content-Type: text\/html/);
  } finally {
    await server.close();
  }
});

Deno.test({
  name: "what a mail server refuses is told apart: no mailbox, and all that may pass",
  sanitizeOps: false,
  sanitizeResources: false,
}, async () => {
  const server = await startSmtp({});
  try {
    const to = async (name: string) => {
      const { kind, ...rest } = await send(server.port, { to: `${name}@example.org` });
      return [kind, "status" in rest ? rest.status : null];
    };
    assert.deepEqual(await to("gone"), ["no_mailbox", 550]);
    assert.deepEqual(await to("moved"), ["no_mailbox", 551]);
    assert.deepEqual(await to("full"), ["later", 552]);
    assert.deepEqual(await to("later"), ["later", 451]);
    // Codes of RFC 3463, and words where there is none.
    for (
      const [answer, kind] of [
        ["550_5.1.1_User_unknown", "no_mailbox"],
        ["553_5.1.3_Syntax", "no_mailbox"],
        ["550_5.2.1_Mailbox_disabled", "no_mailbox"],
        ["550_5.7.1_User_unknown", "later"],
        ["550_5.1.8_User_unknown", "later"],
        ["550_5.4.1_Access_denied", "later"],
        ["550_No_such_user", "no_mailbox"],
        ["550_Relaying_denied", "later"],
        ["550_Blocked_by_our_policy", "later"],
      ] as const
    ) {
      assert.deepEqual(await to(answer), [kind, Number(answer.slice(0, 3))], answer);
    }
    // A sender that is refused is our fault, whatever the code.
    const refused = await send(server.port, { from: { name: null, address: "nobody@example.org" } });
    assert.deepEqual([refused.kind, "status" in refused && refused.status], ["later", 550]);
    const stranger = createSmtpTransport({
      kind: "smtp",
      host: "127.0.0.1",
      port: server.port,
      tls: false,
      user: USER.user,
      password: "another",
    });
    assert.deepEqual(await stranger(MESSAGE, AbortSignal.timeout(10_000)), {
      kind: "later",
      status: 535,
      error: "not_authorized",
    });
  } finally {
    await server.close();
  }
  assert.deepEqual(await send(server.port), { kind: "later", error: "network" });
});

Deno.test({
  name: "a mail server that says nothing keeps nobody waiting",
  sanitizeOps: false,
  sanitizeResources: false,
}, async () => {
  const silent = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const connections: Deno.TcpConn[] = [];
  const accepting = (async () => {
    for await (const connection of silent) connections.push(connection);
  })();
  const transport = createSmtpTransport({
    kind: "smtp",
    host: "127.0.0.1",
    port: silent.addr.port,
    tls: false,
    ...USER,
  });
  assert.deepEqual(await transport(MESSAGE, AbortSignal.timeout(300)), { kind: "later", error: "timeout" });
  silent.close();
  for (const connection of connections) connection.close();
  await accepting;
});

Deno.test("outside this machine nothing is sent without TLS", async () => {
  // The name leads here, and is not known to.
  const server = await startSmtp({ hideSTARTTLS: true, allowInsecureAuth: true });
  try {
    const transport = createSmtpTransport({
      kind: "smtp",
      host: "0.0.0.0",
      port: server.port,
      tls: false,
      ...USER,
    });
    assert.equal((await transport(MESSAGE, AbortSignal.timeout(5_000))).kind, "later");
    assert.equal(server.mails.length, 0);
  } finally {
    await server.close();
  }
});

Deno.test("a provider's API takes a mail once, however often it is sent", async () => {
  const server = startMailServer();
  const transport = createHttpTransport({ kind: "http", api_url: server.url, api_key: server.api_key });
  const again = (change: Partial<MailMessage> = {}, ms = 10_000) =>
    transport({ ...MESSAGE, ...change }, AbortSignal.timeout(ms));
  try {
    server.faults.push({ kind: "taken_in_silence" });
    assert.deepEqual(await again({}, 300), { kind: "later", error: "timeout" });
    assert.deepEqual(await again(), { kind: "taken", status: 200 });
    // An update of ours words it differently: the first one counts.
    assert.deepEqual(await again({ text: "Other words." }), { kind: "taken", status: 409 });
    assert.equal(server.taken.length, 1);
    assert.deepEqual(server.taken[0]?.headers, MESSAGE.headers);
    server.faults.push(
      { kind: "status", status: 429, retry_after: "7" },
      { kind: "status", status: 429, retry_after: new Date(Date.now() + 60_000).toUTCString() },
      { kind: "status", status: 429, retry_after: "1796083200000" },
      { kind: "status", status: 409, name: "concurrent_idempotent_requests" },
      { kind: "status", status: 503 },
      { kind: "status", status: 403, name: "validation_error" },
      { kind: "status", status: 422, name: "invalid_from_address" },
      { kind: "status", status: 422, name: "validation_error" },
    );
    assert.deepEqual(await again(), { kind: "later", status: 429, error: "rate_limited", retry_after_s: 7 });
    const at_a_date = await again();
    const wait_s = "retry_after_s" in at_a_date ? at_a_date.retry_after_s ?? 0 : 0;
    assert.ok(wait_s > 50 && wait_s <= 60, String(wait_s));
    assert.deepEqual(await again(), { kind: "later", status: 429, error: "rate_limited" });
    assert.deepEqual(await again(), { kind: "later", status: 409, error: "refused" });
    assert.deepEqual(await again(), { kind: "later", status: 503, error: "refused" });
    assert.deepEqual(await again(), { kind: "later", status: 403, error: "not_authorized" });
    assert.deepEqual(await again(), { kind: "later", status: 422, error: "refused" });
    assert.deepEqual(await again(), { kind: "no_mailbox", status: 422 });
  } finally {
    await server.close();
  }
  assert.deepEqual(await again(), { kind: "later", error: "network" });
});

Deno.test("the name of a sender is quoted where it has to be", () => {
  const address = "calendar@example.org";
  assert.equal(mailboxText({ name: null, address }), address);
  assert.equal(mailboxText({ name: "Our calendar", address }), `Our calendar <${address}>`);
  assert.equal(mailboxText({ name: "Us, and them", address }), `"Us, and them" <${address}>`);
});
