import assert from "node:assert/strict";
import { until } from "../../support/calendar-api.ts";
import { startMailServer } from "../../support/mail-server.ts";
import { type ConnectedUser, openScene } from "../../support/scene.ts";
import { ADA, GRACE } from "../../support/subjects/subject.ts";

const ADMIN = "admin@example.org";
const MINUTE_S = 60;
const HOUR_S = 3_600;
const DAY_S = 86_400;
const TITLE = "Confidential audit of unit seven";

Deno.test({
  name: "a user who loses a connection is mailed once, and nobody else",
  sanitizeOps: false,
  sanitizeResources: false,
}, async (t) => {
  const server = startMailServer();
  const scene = await openScene("google", {
    CALENDAR_MAIL_FROM: "EcoComply <calendar@example.org>",
    CALENDAR_MAIL_API_KEY: server.api_key,
    CALENDAR_MAIL_API_URL: server.url,
    CALENDAR_ADMIN_EMAIL: ADMIN,
    CALENDAR_PAGE_URL: "https://app.example.org/settings",
  });
  const { sql, stack } = scene;
  const tick = () => sql`select calendar_sync.tick()`;
  const emailOf = async ({ id }: ConnectedUser) => {
    const [row] = await sql<{ email: string }[]>`select email from auth.users where id = ${id}`;
    return row?.email ?? "";
  };
  /** Time goes by for the notices, and the tick comes. */
  const pass = async (seconds: number) => {
    await sql`
      update calendar_sync.notices set created_at = created_at - make_interval(secs => ${seconds}),
        mail_at = mail_at - make_interval(secs => ${seconds})`;
    await tick();
  };
  const idle = () =>
    until(async () => {
      const [open] = await sql`
        select count(*)::int as count from calendar_sync.deliveries where channel = 'mail' and ended_at is null`;
      return open?.["count"] === 0;
    });
  const lose = async (user: ConnectedUser) => {
    scene.provider.revokeEverything();
    await sql`
      insert into public.obligations (user_id, title, deadline_date) values (${user.id}, ${TITLE}, current_date + 7)`;
    await until(async () => {
      const { integrations } = await (await user.api.request("GET", "/status")).json();
      return integrations[0]?.status === "disconnected";
    });
  };
  try {
    const ada = await scene.connectedUser();
    const email = await emailOf(ada);

    await t.step("a calendar that was added is told at once, and cannot be switched off", async () => {
      await until(async () => {
        await tick();
        return server.to(email).length === 1;
      });
      const [added] = server.to(email);
      assert.ok(added);
      assert.equal(added.subject, "A calendar was connected to your account");
      assert.equal(added.from, "EcoComply <calendar@example.org>");
      assert.deepEqual(added.headers, { "Auto-Submitted": "auto-generated" });
    });

    await t.step("a client secret of ours that is refused is mailed to the administrator alone", async () => {
      scene.provider.emulator.faults.set([
        { kind: "status", status: 401, reason: "invalid_client", match: { path: "/token" } },
      ]);
      scene.provider.expireAccessTokens();
      await sql`
        insert into public.obligations (user_id, title, deadline_date) values (${ada.id}, ${TITLE}, current_date + 7)`;
      await ada.api.untilStatus(({ last_error }) => last_error?.code === "configuration");
      await pass(HOUR_S);
      await until(() => Promise.resolve(server.to(ADMIN).length === 1));
      await pass(HOUR_S);
      await idle();
      assert.equal(server.to(ADMIN)[0]?.subject, "Google does not accept our client");
      assert.deepEqual([server.to(ADMIN).length, server.to(email).length], [1, 1]);
      scene.provider.emulator.faults.clear();
      await ada.api.request("POST", "/sync");
      await ada.api.untilStatus(({ last_error }) => last_error === null);
    });

    await t.step("nothing is mailed of what heals within ten minutes", async () => {
      await lose(ada);
      await pass(9 * MINUTE_S);
      await scene.connect(ada.api, ADA);
      await pass(2 * MINUTE_S);
      await idle();
      assert.equal(server.to(email).length, 1);
    });

    await t.step(
      "a connection that stays lost is one mail, although its provider answers late and workers die",
      async () => {
        await lose(ada);
        // The provider takes it and does not say so; then it is down; then the worker dies over it.
        server.faults.push({ kind: "taken_in_silence" }, { kind: "status", status: 503 });
        await pass(11 * MINUTE_S);
        await until(() => Promise.resolve(server.to(email).length === 2));
        stack.function("calendar-sync").kill("SIGKILL");
        await until(async () => {
          await tick();
          const [row] = await sql`
          select state from calendar_sync.deliveries where type = 'connection_lost' and state = 'delivered'`;
          return row !== undefined;
        });
        assert.equal(server.to(email).length, 2);
        const [, lost] = server.to(email);
        assert.ok(lost);
        assert.equal(lost.subject, "The connection to your calendar is lost");
        assert.match(lost.text, new RegExp(`Google \\(${ADA}\\)`));
        assert.match(lost.text, /3 deadlines are due within the next 14 days/);
        assert.match(lost.text, /https:\/\/app\.example\.org\/settings/);
        assert.equal(lost.headers["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click");
        const attempts = server.requests.filter(({ key }) => key === lost.key);
        assert.ok(attempts.length >= 3, `${attempts.length} attempts`);
        assert.equal(new Set(attempts.map(({ body }) => body)).size, 1, "each attempt sends the same");
      },
    );

    await t.step("it is told again after three and after ten days, and then no more", async () => {
      const due_at = performance.now();
      await pass(3 * DAY_S);
      await until(() => Promise.resolve(server.to(email).length === 3));
      console.log(
        `a mail was taken ${Math.round(performance.now() - due_at)} ms after the tick that found it due`,
      );
      assert.match(server.to(email)[2]?.subject ?? "", /^Still so:/);
      await idle();
      await pass(7 * DAY_S);
      await until(() => Promise.resolve(server.to(email).length === 4));
      await idle();
      await pass(30 * DAY_S);
      await idle();
      assert.equal(server.to(email).length, 4);
      await scene.connect(ada.api, ADA);
    });

    await t.step(
      "one click switches a kind off without a session; opening the address changes nothing",
      async () => {
        const address = /^<(.+)>$/.exec(server.to(email)[1]?.headers["List-Unsubscribe"] ?? "")?.[1] ?? "";
        assert.ok(address.startsWith(`${stack.apiUrl}/functions/v1/calendar/unsubscribe?token=`), address);
        const opened = await fetch(address, { redirect: "manual" });
        assert.deepEqual([opened.status, opened.headers.get("location")], [
          303,
          "https://app.example.org/settings",
        ]);
        assert.equal(await mode(ada, "connection_lost"), "immediately");
        const clicked = await fetch(address, {
          method: "POST",
          headers: { "content-type": "application/x-www-form-urlencoded" },
          body: "List-Unsubscribe=One-Click",
        });
        assert.equal(clicked.status, 200, await clicked.text());
        assert.equal(await mode(ada, "connection_lost"), "off");
        assert.equal(await mode(ada, "connection_paused"), "immediately");
        const forged = await fetch(`${address.slice(0, -4)}AAAA`, { method: "POST" });
        assert.equal(forged.status, 400);
        assert.equal((await forged.json()).code, "invalid_request");
        await lose(ada);
        await pass(11 * MINUTE_S);
        await idle();
        assert.equal(server.to(email).length, 4);
      },
    );

    await t.step("a mailbox that does not exist is not written to again", async () => {
      const bob = await scene.connectedUser(GRACE);
      server.faults.push({ kind: "status", status: 422, name: "validation_error" });
      await until(async () => {
        await tick();
        return (await (await bob.api.request("GET", "/notifications")).json()).suppressed === true;
      });
      await lose(bob);
      await pass(11 * MINUTE_S);
      await idle();
      assert.equal(server.to(await emailOf(bob)).length, 0);
    });

    await t.step(
      "no mail names an obligation or holds a token, and every link leads to the page or to us",
      () => {
        assert.ok(server.taken.length > 0);
        for (const { subject, text, html, headers } of server.taken) {
          for (const part of [subject, text, html]) {
            assert.doesNotMatch(part, new RegExp(TITLE));
            assert.doesNotMatch(part, /eyJ|ya29|Bearer|whsec_|eck_/);
            for (const [link] of part.matchAll(/https?:\/\/[^\s"<)]+/g)) {
              assert.equal(link, "https://app.example.org/settings");
            }
          }
          const { "List-Unsubscribe": address = `<${stack.apiUrl}/>` } = headers;
          assert.ok(address.startsWith(`<${stack.apiUrl}/`), address);
        }
      },
    );
  } finally {
    await scene.close();
    await server.close();
  }

  async function mode({ api }: ConnectedUser, kind: string): Promise<unknown> {
    return (await (await api.request("GET", "/notifications")).json()).kinds[kind];
  }
});
