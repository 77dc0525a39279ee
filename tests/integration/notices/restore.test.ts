import assert from "node:assert/strict";
import { z } from "zod";
import { type CalendarApi, until } from "../../support/calendar-api.ts";
import { openScene } from "../../support/scene.ts";
import { ADA } from "../../support/subjects/subject.ts";

const Notices = z.object({
  notices: z.array(z.object({ id: z.string(), kind: z.string(), dismissed_at: z.string().nullable() })),
  unread: z.int(),
});

Deno.test({
  name: "a notice that was dismissed by mistake comes back",
  sanitizeOps: false,
  sanitizeResources: false,
}, async (t) => {
  const scene = await openScene();
  const { sql } = scene;
  const read = async (api: CalendarApi) => Notices.parse(await (await api.request("GET", "/notices")).json());
  const unread = async (api: CalendarApi) =>
    (await read(api)).notices.filter(({ dismissed_at }) => dismissed_at === null).map(({ kind }) => kind)
      .sort();
  const act = async (api: CalendarApi, id: string, action: string) =>
    (await api.request("POST", `/notices/${id}/${action}`)).status;
  try {
    const [ada, bob] = [await scene.connectedUser(), await scene.newUser()];
    const [added] = (await read(ada.api)).notices;
    assert.ok(added);

    await t.step("for its user alone, and it may be repeated", async () => {
      assert.equal(await act(ada.api, added.id, "dismiss"), 204);
      assert.equal(await act(bob.api, added.id, "restore"), 404);
      assert.deepEqual(await unread(ada.api), []);
      for (const _ of [1, 2]) assert.equal(await act(ada.api, added.id, "restore"), 204);
      assert.deepEqual(await unread(ada.api), ["connection_added"]);
      assert.equal((await read(ada.api)).unread, 1);
      assert.equal(await act(ada.api, crypto.randomUUID(), "restore"), 404);
      assert.equal(await act(ada.api, "mine", "restore"), 400);
    });

    await t.step("unless what it tells of has been mended meanwhile", async () => {
      scene.provider.revokeEverything();
      await sql`insert into public.obligations (user_id, title, deadline_date) values (${ada.id}, 'Tax return', '2027-01-31')`;
      await until(async () => (await unread(ada.api)).includes("connection_lost"));
      const lost = (await read(ada.api)).notices.find(({ kind }) => kind === "connection_lost");
      assert.ok(lost);
      assert.equal(await act(ada.api, lost.id, "dismiss"), 204);
      assert.equal(await act(ada.api, lost.id, "restore"), 204);
      assert.deepEqual(await unread(ada.api), ["connection_added", "connection_lost"]);
      assert.equal(await act(ada.api, lost.id, "dismiss"), 204);
      await scene.connect(ada.api, ADA);
      assert.equal(await act(ada.api, lost.id, "restore"), 204);
      assert.deepEqual(await unread(ada.api), ["connection_added"]);
    });
  } finally {
    await scene.close();
  }
});
