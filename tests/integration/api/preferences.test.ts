import assert from "node:assert/strict";
import { z } from "zod";
import type { CalendarApi } from "../../support/calendar-api.ts";
import { openScene } from "../../support/scene.ts";
import { ADA, GRACE } from "../../support/subjects/subject.ts";

const Preferences = z.strictObject({ time_zone: z.string().nullable(), all_day_reminder_time: z.string() });
const Refusal = z.strictObject({ code: z.string(), message: z.string() });

Deno.test({
  name: "a user chooses a time zone and a reminder time once for everything",
  sanitizeOps: false,
  sanitizeResources: false,
}, async (t) => {
  const scene = await openScene();
  const { sql, stack } = scene;
  const read = async (api: CalendarApi) =>
    Preferences.parse(await (await api.request("GET", "/preferences")).json());
  const change = async (api: CalendarApi, wanted: unknown) => {
    const response = await api.request("PATCH", "/preferences", wanted);
    const answer: unknown = await response.json();
    return response.status === 200
      ? Preferences.parse(answer)
      : `${response.status} ${Refusal.parse(answer).message}`;
  };
  const timeZoneOf = async (user_id: string) => {
    const [row] = await sql<
      { time_zone: string }[]
    >`select calendar_sync.time_zone_of(${user_id}) as time_zone`;
    return row?.time_zone;
  };
  try {
    await t.step("nothing is chosen at first: 09:00, and UTC for mail", async () => {
      const user = await scene.newUser();
      assert.deepEqual(await read(user.api), { time_zone: null, all_day_reminder_time: "09:00" });
      assert.equal(await timeZoneOf(user.id), "UTC");
    });

    await t.step("each is changed alone, and for nobody else", async () => {
      const [user, other] = [await scene.newUser(), await scene.newUser()];
      assert.deepEqual(await change(user.api, { time_zone: "America/New_York" }), {
        time_zone: "America/New_York",
        all_day_reminder_time: "09:00",
      });
      const both = { time_zone: "America/New_York", all_day_reminder_time: "07:30" };
      assert.deepEqual(await change(user.api, { all_day_reminder_time: "07:30" }), both);
      assert.deepEqual(await change(user.api, {}), both);
      assert.deepEqual(await read(user.api), both);
      assert.equal(await timeZoneOf(user.id), "America/New_York");
      assert.deepEqual(await read(other.api), { time_zone: null, all_day_reminder_time: "09:00" });
    });

    await t.step("a time zone is kept as the IANA database writes it", async () => {
      const { api } = await scene.newUser();
      for (
        const [given, kept] of [
          ["europe/paris", "Europe/Paris"],
          ["Etc/GMT+5", "Etc/GMT+5"],
          ["America/Port-au-Prince", "America/Port-au-Prince"],
          ["America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires"],
          ["UTC", "UTC"],
        ]
      ) {
        const changed = await change(api, { time_zone: given });
        assert.equal(Preferences.parse(changed).time_zone, kept);
      }
    });

    await t.step("what is no time zone, no time or not known is refused, and nothing changes", async () => {
      const { api } = await scene.newUser();
      const kept = await change(api, { time_zone: "Asia/Tokyo", all_day_reminder_time: "08:00" });
      for (
        const [field, wanted] of [
          ["time_zone", { time_zone: "Mars/Olympus" }],
          ["time_zone", { time_zone: "+01:00" }],
          ["time_zone", { time_zone: "FOO+3" }],
          ["time_zone", { time_zone: "posix/Europe/Paris" }],
          ["time_zone", { time_zone: "../Europe/Paris" }],
          ["time_zone", { time_zone: "" }],
          ["time_zone", { time_zone: null }],
          ["time_zone", { time_zone: "Mars/Olympus", all_day_reminder_time: "10:00" }],
          ["all_day_reminder_time", { all_day_reminder_time: "24:00" }],
          ["all_day_reminder_time", { all_day_reminder_time: "9:00" }],
          ["language", { all_day_reminder_time: "10:00", language: "fr" }],
        ] as const
      ) {
        const said = await change(api, wanted);
        assert.ok(typeof said === "string" && said.startsWith("400 "), JSON.stringify([wanted, said]));
        assert.ok(said.includes(field), said);
      }
      assert.deepEqual(await read(api), kept);
    });

    await t.step("the database refuses the same through the Data API, and names the field", async () => {
      const { api } = await scene.newUser();
      const call = async (p_change: unknown) => {
        const response = await fetch(`${stack.apiUrl}/rest/v1/rpc/calendar_update_preferences`, {
          method: "POST",
          headers: { ...api.headers(), "content-type": "application/json" },
          body: JSON.stringify({ p_change }),
        });
        return `${response.status} ${await response.text()}`;
      };
      const bad = [
        "FOO+3",
        "FOO5BAR",
        "Foo/Bar+3",
        "right/UTC",
        "posixrules",
        "PST",
        "localtime",
        "Mars/Olympus",
      ];
      for (const time_zone of [...bad, "", null, 3, ["UTC"]]) {
        assert.match(await call({ time_zone }), /^400 .*time_zone: must be a name/, String(time_zone));
      }
      assert.match(await call({ all_day_reminder_time: null }), /^400 .*all_day_reminder_time: must be/);
      for (const wrong of [null, [], "UTC", { language: "fr" }]) {
        assert.match(await call(wrong), /^400 .*preferences: m/);
      }
      assert.match(await call({ time_zone: "asia/tokyo" }), /^200 .*Asia\/Tokyo/);
    });

    await t.step(
      "an account that is connected begins with the reminder time; others keep theirs",
      async () => {
        const { api } = await scene.newUser();
        const before = await scene.connect(api, ADA);
        await change(api, { all_day_reminder_time: "06:45" });
        const after = await scene.connect(api, GRACE);
        assert.deepEqual(after.settings, { ...before.settings, all_day_reminder_time: "06:45" });
        assert.equal(before.settings.all_day_reminder_time, "09:00");
        const shown = (await api.status()).find(({ id }) => id === before.id);
        assert.deepEqual(shown?.settings, before.settings);
      },
    );

    await t.step("they go with their user", async () => {
      const user = await scene.newUser();
      await change(user.api, { time_zone: "Asia/Tokyo" });
      await scene.deleteUsers(user.id);
      assert.equal((await sql`select from calendar_sync.preferences where user_id = ${user.id}`).length, 0);
      // The session lives on for a while.
      assert.deepEqual(await change(user.api, { time_zone: "Asia/Tokyo" }), {
        time_zone: null,
        all_day_reminder_time: "09:00",
      });
    });
  } finally {
    await scene.close();
  }
});
