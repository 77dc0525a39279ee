import assert from "node:assert/strict";
import { readMailEnv } from "../../../../supabase/functions/_shared/platform/mail-env.ts";

const FROM = { CALENDAR_MAIL_FROM: "EcoComply <calendar@example.org>" };

function read(given: Readonly<Record<string, string>>) {
  return readMailEnv((name) => given[name]);
}

Deno.test("without variables no mail is sent, and that is no mistake", () => {
  assert.deepEqual(read({}), {
    value: { sending: null, delay_s: 600, admin_email: null },
    problems: [],
  });
});

Deno.test("a provider's API is Resend's unless another one is named", () => {
  const { value, problems } = read({ ...FROM, CALENDAR_MAIL_API_KEY: "re_1" });
  assert.deepEqual(problems, []);
  assert.deepEqual(value.sending, {
    from: { name: "EcoComply", address: "calendar@example.org" },
    transport: { kind: "http", api_url: "https://api.resend.com", api_key: "re_1" },
  });
});

Deno.test("a mail server is reached by TLS, or by STARTTLS on the port for that", () => {
  const transport = (CALENDAR_SMTP_URL: string) =>
    read({ ...FROM, CALENDAR_SMTP_URL }).value.sending?.transport;
  const server = { kind: "smtp", host: "mail.example.org", user: null, password: null };
  assert.deepEqual(transport("smtps://mail.example.org"), { ...server, port: 465, tls: true });
  assert.deepEqual(transport("smtp://mail.example.org"), { ...server, port: 587, tls: false });
  assert.deepEqual(transport("smtps://a%40b:p%3Aq@mail.example.org:2465/"), {
    ...server,
    port: 2465,
    tls: true,
    user: "a@b",
    password: "p:q",
  });
});

Deno.test("a sender has a name or none", () => {
  const from = (CALENDAR_MAIL_FROM: string) =>
    read({ CALENDAR_MAIL_FROM, CALENDAR_MAIL_API_KEY: "re_1" }).value.sending?.from;
  const address = "calendar@example.org";
  assert.deepEqual(from(address), { name: null, address });
  assert.deepEqual(from(`<${address}>`), { name: null, address });
  assert.deepEqual(from(`Our calendar <${address}>`), { name: "Our calendar", address });
  assert.deepEqual(from(`"Calendar, of ours" <${address}>`), { name: "Calendar, of ours", address });
  for (
    const wrong of ["calendar", "a@b c", `Us <${address}>, ${address}`, `Us\r\nBcc: x@y.z <${address}>`, "<>"]
  ) {
    assert.equal(from(wrong), undefined, wrong);
  }
});

Deno.test("the delay is a time with its unit", () => {
  for (
    const [text, delay_s] of [["0", 0], ["0s", 0], ["45s", 45], ["10m", 600], ["2h", 7200], [
      "7d",
      604_800,
    ]] as const
  ) {
    assert.equal(read({ CALENDAR_MAIL_DELAY: text }).value.delay_s, delay_s);
  }
  for (const wrong of ["10", "ten", "-5m", "8d", "1w", "1.5h", "10 m"]) {
    assert.deepEqual(read({ CALENDAR_MAIL_DELAY: wrong }).problems, [
      "CALENDAR_MAIL_DELAY must be a time of at most 7d, such as 10m",
    ], wrong);
  }
});

Deno.test("what is missing, malformed or too much is named, and no value", () => {
  const cases: readonly (readonly [Record<string, string>, RegExp])[] = [
    [FROM, /CALENDAR_MAIL_API_KEY or CALENDAR_SMTP_URL is missing/],
    [{ CALENDAR_MAIL_API_KEY: "re_hidden" }, /CALENDAR_MAIL_FROM is missing/],
    [{ CALENDAR_SMTP_URL: "smtps://hidden.example.org" }, /CALENDAR_MAIL_FROM is missing/],
    [
      { ...FROM, CALENDAR_MAIL_API_KEY: "re_hidden", CALENDAR_SMTP_URL: "smtps://hidden.example.org" },
      /only one may be given/,
    ],
    [{ ...FROM, CALENDAR_MAIL_API_KEY: "re_ hidden" }, /CALENDAR_MAIL_API_KEY must be/],
    [
      { ...FROM, CALENDAR_MAIL_API_KEY: "re_1", CALENDAR_MAIL_API_URL: "http://hidden.example" },
      /CALENDAR_MAIL_API_URL must be/,
    ],
    [{ ...FROM, CALENDAR_SMTP_URL: "https://hidden.example" }, /CALENDAR_SMTP_URL must be/],
    [{ ...FROM, CALENDAR_SMTP_URL: "smtps://user@hidden.example" }, /CALENDAR_SMTP_URL must be/],
    [{ ...FROM, CALENDAR_SMTP_URL: "smtps://hidden.example/path" }, /CALENDAR_SMTP_URL must be/],
    [{ CALENDAR_ADMIN_EMAIL: "hidden" }, /CALENDAR_ADMIN_EMAIL must be one address/],
  ];
  for (const [given, problem] of cases) {
    const { problems, value } = read(given);
    assert.equal(problems.length, 1, problems.join());
    assert.match(problems[0] ?? "", problem);
    assert.doesNotMatch(problems.join(), /hidden/);
    if (!("CALENDAR_SMTP_URL" in given && "CALENDAR_MAIL_API_KEY" in given)) {
      assert.equal(value.sending, null);
    }
  }
});
