import assert from "node:assert/strict";
import { NOTICE_KINDS } from "../../../../supabase/functions/_shared/notices/kinds.ts";
import {
  type Calendars,
  mailContent,
  type MailPayload,
} from "../../../../supabase/functions/_shared/notices/mail/content.ts";
import { htmlOf, textOf } from "../../../../supabase/functions/_shared/notices/mail/render.ts";
import { noticeMessage } from "../../../../supabase/functions/_shared/notices/message.ts";

const PAGE = "https://app.example.org/settings?tab=calendar&from=mail";
const ID = "75b3c907-1c24-4474-bab3-9a195b776a5b";
const CALENDARS: Calendars = { [ID]: { provider: "Google", account_email: "ada@example.org" } };
const SINCE = "2027-03-01T14:05:59.123456+00:00";

function written(payload: MailPayload, calendars: Calendars = CALENDARS): string {
  const content = mailContent(payload, calendars);
  return `${content.subject}\n\n${textOf(content, PAGE)}`;
}

Deno.test("a lost connection: which calendar, why, since when, what is due, and what to do", () => {
  assert.equal(
    written({
      kind: "connection_lost",
      integration_id: ID,
      code: "invalid_grant",
      created_at: SINCE,
      mails: 0,
      due_soon: 4,
    }),
    `The connection to your calendar is lost

The connection to Google (ada@example.org) is lost. The account no longer lets us in. Connect it again. Until then no deadline reaches it.

It has been so since 1 March 2027, 14:05 UTC. 4 deadlines are due within the next 14 days.

Mend it on the page: ${PAGE}

--
You get this mail because calendars are connected to your account. The page also says what comes by mail.
`,
  );
});

Deno.test("a paused connection that is told again", () => {
  assert.equal(
    written({
      kind: "connection_paused",
      integration_id: ID,
      code: "mass_deletion",
      created_at: SINCE,
      mails: 1,
      due_soon: 1,
    }),
    `Still so: the sync with your calendar is paused

The sync with Google (ada@example.org) is paused. Unusually many events would be deleted. Look at them and decide. Until then no deadline reaches it.

It has been so since 1 March 2027, 14:05 UTC. One deadline is due within the next 14 days.

Mend it on the page: ${PAGE}

--
You get this mail because calendars are connected to your account. The page also says what comes by mail.
`,
  );
});

Deno.test("a calendar that was added, also when it is removed already", () => {
  assert.equal(
    written({ kind: "connection_added", integration_id: ID, created_at: SINCE, mails: 0 }, {}),
    `A calendar was connected to your account

A calendar was connected to your account. If that was not you, remove it and change your password.

It happened on 1 March 2027, 14:05 UTC.

Look at it on the page: ${PAGE}

--
You get this mail because calendars are connected to your account. The page also says what comes by mail.
`,
  );
});

Deno.test("the daily mail counts and names no deadline", () => {
  assert.equal(
    written({
      kind: "digest",
      items: [
        { kind: "connection_lost", integration_id: ID, code: "scope_missing", count: 1 },
        { kind: "deadline_failed", integration_id: ID, count: 3 },
        { kind: "proposal_opened", integration_id: ID, count: 2 },
      ],
    }),
    `Your calendars: what needs a look

This happened, or was found and is still so:

- The connection to Google (ada@example.org) is lost. The permission to change the calendar was withdrawn. Connect it again and allow everything. Until then no deadline reaches it.
- 3 deadlines could not be shown in Google (ada@example.org). Look at them on the page and try again.
- An event was moved in Google (ada@example.org). Decide whether its deadline moves too. (2 times)

Look at it on the page: ${PAGE}

--
You get this mail because calendars are connected to your account. The page also says what comes by mail.
`,
  );
});

Deno.test("an event that somebody moves each time it is put back is not told as one that is not shown", () => {
  const mail = written({
    kind: "deadline_failed",
    integration_id: ID,
    code: "changed_again",
    created_at: SINCE,
    mails: 0,
  });
  assert.match(mail, /^An event in your calendar is changed again and again\n/);
  assert.match(
    mail,
    /\nAnother program, or another person, keeps changing the time of an event in Google \(ada@example\.org\), so it is left as it is\. End those changes, then try again on the page\.\n/,
  );
  const daily = written({
    kind: "digest",
    items: [
      { kind: "deadline_failed", integration_id: ID, code: "changed_again", count: 2 },
      { kind: "deadline_failed", integration_id: ID, count: 1 },
    ],
  });
  assert.match(
    daily,
    /\n- Other programs or people keep changing the times of 2 events in Google \(ada@example\.org\), so they are left as they are\. End those changes, then try again on the page\.\n- A deadline could not be shown in /,
  );
});

Deno.test("administrators are told what happened and the command that shows more", () => {
  const told = ([
    { kind: "many_lost", lost: 900, connections: 1000 },
    { kind: "configuration", provider: "Google" },
    { kind: "erasure" },
    { kind: "stalled" },
    { kind: "tick" },
    { kind: "webhook", webhook_id: ID, code: "gone" },
    { kind: "webhook", webhook_id: ID, code: "failing" },
  ] as const).map((payload) => written(payload));
  assert.match(told[0] ?? "", /900 of 1000 connections were lost or paused within an hour/);
  assert.match(told[1] ?? "", /^Google does not accept our client\n.*No user was told/s);
  assert.match(told[5] ?? "", /It answered 410\. .*calendar_admin\.enable_webhook\('75b3c907-.*'\);/s);
  assert.match(told[6] ?? "", /Every attempt failed for five days\./);
  for (const text of told) {
    assert.match(text, /select .+;|supabase secrets set/);
    assert.match(text, /CALENDAR_ADMIN_EMAIL/);
  }
});

Deno.test("every kind has words of its own, with and without all that is known of it", () => {
  const seen = new Set<string>();
  for (const kind of NOTICE_KINDS) {
    const calendar = { provider: "Outlook", account_email: null };
    const name = "my <key>";
    for (const facts of [{ calendar: null, name: null }, { calendar, name }]) {
      const message = noticeMessage({ kind, code: "whatever", ...facts });
      assert.match(message, /^[A-Z].*\.$/);
      assert.doesNotMatch(message, /null|undefined|whatever/);
      seen.add(message);
    }
    const mail = written({ kind, created_at: SINCE, mails: 0, code: "another" }, {});
    assert.doesNotMatch(mail, /null|undefined|another/);
  }
  assert.ok(seen.size >= NOTICE_KINDS.length);
});

Deno.test("as HTML everything is escaped, and nothing is loaded or linked but the page", () => {
  const hostile = {
    [ID]: { provider: "Google", account_email: `"><img src=x onerror=alert(1)>@example.org` },
  };
  const content = mailContent({
    kind: "connection_lost",
    integration_id: ID,
    created_at: SINCE,
    mails: 0,
  }, hostile);
  const html = htmlOf(content, PAGE);
  assert.doesNotMatch(html, /<img|<script|onerror=alert\(1\)>@|url\(|src=x onerror=alert\(1\)>"/);
  assert.ok(html.includes("&quot;&gt;&lt;img src=x"));
  const links = [...html.matchAll(/(?:href|src)="([^"]*)"/g)].map(([, link]) => link);
  assert.deepEqual(links, [PAGE.replaceAll("&", "&amp;")]);
  assert.match(html, /color-scheme" content="light dark"/);
});
