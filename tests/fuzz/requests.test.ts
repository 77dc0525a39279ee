import assert from "node:assert/strict";
import { functionNames } from "../../local/functions/function-source.ts";
import { type CalendarApi, until } from "../support/calendar-api.ts";
import { openScene } from "../support/scene.ts";
import { ADA } from "../support/subjects/subject.ts";
import { feedFrom } from "../integration/feeds/support.ts";
import { checkAnswers, checkError, checkHeaders } from "./answers.ts";
import { userState } from "./database-state.ts";
import { type ApiCall, readDocument } from "./document.ts";
import { assertOneAnswer, malformedRequests, sendRaw } from "./raw-http.ts";
import { type ApiRequest, hostileRequest, type Known, validRequest } from "./requests.ts";
import { forMany, RUNS, SEED } from "./runs.ts";
import { hostileText } from "./texts.ts";
import { forgedTokens } from "./tokens.ts";

const STATE_SECRET = "fuzz-state-fuzz-state-fuzz-state-fuzz";
const RANDOM_ID = "b0e7cbb8-6f5b-4a0e-8b8e-6f2f1f6a3c11";

/** What somebody without any secret may do at each function: a function that nobody decided on fails the test. */
const FUNCTIONS: Readonly<
  Record<string, { readonly closed: readonly string[]; readonly open: readonly string[] }>
> = {
  "calendar": { closed: ["/status", "/nothing", ""], open: ["/openapi.json", "/callback"] },
  "calendar-feed": { closed: ["/nothing.ics", "/", ""], open: [] },
  "calendar-metrics": { closed: ["", "/nothing"], open: ["/healthz"] },
  "calendar-sync": { closed: ["", "/nothing"], open: [] },
  // What it says to forged calls of providers is compared in tests/integration/channels.
  "calendar-webhook": { closed: ["", "/nothing"], open: [] },
};

/** A user of the test with one of everything. */
interface Owner {
  readonly id: string;
  readonly api: CalendarApi;
  readonly ids: { readonly integration_id: string; readonly obligation_id: string; readonly id: string };
}

Deno.test({
  name: "whatever is sent to the functions, they answer as documented, tell nothing and change nothing",
  sanitizeOps: false,
  sanitizeResources: false,
}, async (t) => {
  const document = await readDocument();
  const scene = await openScene("google", { CALENDAR_STATE_SECRET: STATE_SECRET });
  const { stack, sql, redirect_to, output } = scene;
  const names = await functionNames();
  await Promise.all(names.map((name) => stack.function(name).start()));
  const pids = names.map((name) => stack.function(name).pid);
  const secrets = [stack.secretKey, stack.syncSecret, STATE_SECRET];
  const answers = checkAnswers(document, { secrets });
  let inputs = 0;

  const send = async (
    owner: Pick<Owner, "api">,
    request: ApiRequest,
    base = stack.apiUrl + "/functions/v1",
  ) => {
    inputs++;
    const { method, path, headers, body } = request;
    const response = await fetch(`${base}/calendar${path}`, {
      method,
      headers: { ...owner.api.headers(), ...headers },
      body,
      redirect: "manual",
    });
    await answers.check(request, response);
    return response.status;
  };
  const newOwner = async (): Promise<Owner> => {
    const user = await scene.connectedUser(ADA);
    const title = `canary of ${user.id}`;
    const [obligation] = await sql<{ id: string }[]>`
      insert into public.obligations (user_id, title, deadline_date) values (${user.id}, ${title}, '2027-01-01')
      returning id`;
    assert.ok(obligation);
    const feed = await feedFrom(user.api, "/feeds", { name: title });
    return {
      id: user.id,
      api: user.api,
      ids: { integration_id: user.integration.id, obligation_id: obligation.id, id: feed.id },
    };
  };
  const knownTo = (ids: Owner["ids"]): Known => ({
    integration_id: [ids.integration_id],
    obligation_id: [ids.obligation_id],
    id: [ids.id],
    delivery_id: [RANDOM_ID],
    url: ["https://app.example.com/calendar-events"],
    redirect_to: [redirect_to],
    calendar_id: ["primary", "none"],
  });

  try {
    const bystander = await newOwner();
    secrets.push(`canary of ${bystander.id}`);
    const owners = new Map<ApiCall, Owner>();
    for (const call of document.calls) owners.set(call, await newOwner());
    // From here on nothing changes but by what is sent: whoever still works is given nothing more to do.
    await stack.pgNet.stop();
    await sql`update calendar_sync.providers set quota_until = now() + interval '1 hour'`;
    await until(async () => {
      const leased = await sql`select from calendar_sync.lanes where leased_by is not null`;
      return leased.length === 0;
    });
    const untouched = await userState(sql, bystander.id);

    const eachCall = async (step: (call: ApiCall, owner: Owner) => Promise<void>) => {
      const failed = await Promise.all([...owners].map(async ([call, owner]) => {
        try {
          await step(call, owner);
          return [];
        } catch (error: unknown) {
          return [`${call.name}: ${error instanceof Error ? error.message : error}`];
        }
      }));
      assert.deepEqual(failed.flat(), []);
    };

    await t.step(
      "calls with something wrong about them, through the gateway and past it",
      () =>
        eachCall(async (call, owner) => {
          let state = await userState(sql, owner.id);
          const direct = `http://127.0.0.1:${stack.function("calendar").port}`;
          let turn = 0;
          const ids = { ...knownTo(owner.ids), uuid: [RANDOM_ID] };
          await forMany(hostileRequest(document, call, ids), async (request) => {
            const status = await send(owner, request, turn++ % 2 === 0 ? undefined : direct);
            const after = await userState(sql, owner.id);
            if (status >= 400) {
              assert.equal(after, state, `refused with ${status}, and something was changed`);
            }
            state = after;
          });
        }),
    );

    await t.step("calls for what is somebody else's", () =>
      eachCall(async (call, owner) => {
        await forMany(validRequest(document, call, knownTo(bystander.ids)), async (request) => {
          const state = await userState(sql, owner.id);
          const status = await send(owner, request);
          const has_id = JSON.stringify([request.path, request.body]).match(
            new RegExp(Object.values(bystander.ids).join("|")),
          );
          if (!has_id) return;
          assert.ok([403, 404].includes(status), `${status} for somebody else's`);
          assert.equal(await userState(sql, owner.id), state);
        }, 0.3);
      }));

    await t.step(
      "calls as they should be",
      () =>
        eachCall((call, owner) =>
          forMany(validRequest(document, call, knownTo(owner.ids)), async (request) => {
            await send(owner, request);
          }, 0.2)
        ),
    );

    await t.step("tokens that somebody made up", async () => {
      const genuine = bystander.api.headers()["authorization"]?.replace("Bearer ", "") ?? "";
      for (const [name, token] of Object.entries(await forgedTokens(bystander.id, genuine))) {
        for (const call of document.calls.filter(({ needs_user }) => needs_user)) {
          const path = call.path.replace("{id}", bystander.ids.id);
          const response = await fetch(`${stack.apiUrl}/functions/v1/calendar${path}`, {
            method: call.method,
            headers: { apikey: stack.publishableKey, authorization: `Bearer ${token}` },
            body: call.body === null ? null : "{}",
          });
          inputs++;
          await answers.check({ ...call, headers: {}, body: null, attack: name }, response);
          assert.equal(response.status, 401, `${name} at ${call.name}`);
        }
      }
    });

    await t.step(
      "what a provider would bring back, from somebody else",
      () =>
        forMany(hostileText, async (text) => {
          for (const name of ["state", "code", "error", "admin_consent", "iss"]) {
            const query = new URLSearchParams({ code: "x", [name]: text.toWellFormed() });
            const response = await fetch(`${stack.apiUrl}/functions/v1/calendar/callback?${query}`, {
              redirect: "manual",
            });
            inputs++;
            assert.equal(response.status, 303);
            checkHeaders(response.headers);
            const location = new URL(response.headers.get("location") ?? "");
            assert.equal(`${location.origin}${location.pathname}`, redirect_to);
            const [parameter, ...more] = [...location.searchParams.keys()];
            assert.match(parameter ?? "", /^calendar_(?:error|admin_consent)$/);
            assert.deepEqual(more, []);
            assert.match([...location.searchParams.values()].join(), /^[a-z_]+$/);
            await response.body?.cancel();
          }
        }),
    );

    await t.step("functions for machines, and addresses that nobody gave away", async () => {
      assert.deepEqual(
        names.filter((name) => FUNCTIONS[name] === undefined),
        [],
        "decide about these functions",
      );
      for (const name of names) {
        const { closed = [], open = [] } = FUNCTIONS[name] ?? {};
        for (const path of open) {
          const response = await fetch(`${stack.apiUrl}/functions/v1/${name}${path}`, { redirect: "manual" });
          assert.ok(response.status < 400 || response.status === 503, `${name}${path}: ${response.status}`);
          await response.body?.cancel();
        }
        await forMany(hostileText, async (text) => {
          const value = text.replace(/[^\x20-\x7e]/g, "?");
          for (const path of [...closed, `/${encodeURIComponent(text.toWellFormed())}`]) {
            for (const method of ["GET", "POST", "PUT", "DELETE", "OPTIONS"]) {
              const response = await fetch(`${stack.apiUrl}/functions/v1/${name}${path}`, {
                method,
                headers: {
                  "x-calendar-sync-secret": value,
                  authorization: `Bearer ${value}`,
                  "x-forwarded-for": value,
                  "user-agent": value,
                  "accept-encoding": value,
                  "if-none-match": value,
                },
                redirect: "manual",
                ...(method === "GET" ? {} : { body: text.toWellFormed() }),
              });
              inputs++;
              const said = await response.text();
              const where = `${method} ${name}${path.slice(0, 100)} ${response.status}: ${
                said.slice(0, 300)
              }`;
              if (method === "OPTIONS" && response.status === 204) continue;
              // Refused by the HTTP server itself, before any function saw it.
              if (said === "" && response.status === 400 && text.length >= 5_000) continue;
              assert.ok([400, 401, 404, 405, 429].includes(response.status), where);
              assert.doesNotThrow(() => checkHeaders(response.headers), where);
              checkError(document, said);
            }
          }
        }, 0.25);
      }
    });

    await t.step("bytes that are no HTTP", async () => {
      const [, calendar, sync, feed] = ["", "/calendar/status", "/calendar-sync", "/calendar-feed/x.ics"];
      const doors = [
        { port: Number(new URL(stack.apiUrl).port), path: "/functions/v1/calendar/status" },
        { port: stack.function("calendar").port, path: calendar },
        { port: stack.function("calendar-sync").port, path: sync },
        { port: stack.function("calendar-feed").port, path: feed },
      ];
      await Promise.all(doors.map(async ({ port, path }) => {
        for (const [name, bytes] of Object.entries(malformedRequests(path ?? "", {}))) {
          inputs++;
          const answer = await sendRaw(port, bytes);
          assertOneAnswer(name, answer);
          for (const status of answer.statuses) {
            assert.ok(status < 500, `${name}: ${answer.text.slice(0, 500)}`);
          }
          for (const secret of secrets) assert.ok(!answer.text.includes(secret), name);
        }
      }));
    });

    await t.step("nobody else noticed: all is as it was, and every process is still the same", async () => {
      assert.equal(await userState(sql, bystander.id), untouched);
      assert.deepEqual(names.map((name) => stack.function(name).pid), pids);
      assert.deepEqual(output.filter((line) => /process died|unexpected_error|_failed"/.test(line)), []);
      await sql`update calendar_sync.providers set quota_until = null`;
      stack.pgNet.start();
      const user = await scene.connectedUser(ADA);
      await sql`insert into public.obligations (user_id, title, deadline_date) values (${user.id}, 'Alive', '2027-01-01')`;
      await scene.untilTitles(user.calendar_id, ["Alive"]);
    });
  } finally {
    const statuses = [...answers.statuses].sort(([a], [b]) => a - b).map(([status, times]) =>
      `${status}×${times}`
    );
    console.log(
      `    FUZZ_SEED=${SEED} FUZZ_RUNS=${RUNS}: ${document.calls.length} calls, ${inputs} inputs, ${
        statuses.join(" ")
      }`,
    );
    await scene.close();
  }
});
