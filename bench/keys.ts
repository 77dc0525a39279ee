import { callWithKey, keyFrom } from "../tests/support/api-keys.ts";
import { openScene } from "../tests/support/scene.ts";
import { atMost, quantile, ratio, type Row, timed } from "./table.ts";

const ROUNDS = 400;
const WARM_UP_ROUNDS = 40;
/** A call with a key runs the same function in the database, behind one look at an index and one change of role. */
const RATIO_MAX = 1.5;

/** What a call with an API key takes, against the same call with the user's access token, in turns. */
export async function keys(): Promise<readonly Row[]> {
  const scene = await openScene();
  try {
    const { api } = await scene.connectedUser();
    const { key } = await keyFrom(api);
    const { key: expired, id: expired_id } = await keyFrom(api);
    await scene.sql`update calendar_sync.api_keys set expires_at = now() where id = ${expired_id}`;
    const { key: wrong, id: wrong_id } = await keyFrom(api);
    await scene.sql`update calendar_sync.api_keys set secret_hash = sha256('another') where id = ${wrong_id}`;
    const { key: unknown } = await keyFrom((await scene.newUser()).api);
    await scene.sql`delete from calendar_sync.api_keys where id = ${unknown.slice(9, 19)}`;
    const ways = {
      token: async () => await (await api.request("GET", "/status")).text(),
      key: () => callWithKey(scene.stack, key, "GET", "/status"),
      unknown: () => callWithKey(scene.stack, unknown, "GET", "/status"),
      wrong: () => callWithKey(scene.stack, wrong, "GET", "/status"),
      expired: () => callWithKey(scene.stack, expired, "GET", "/status"),
      mistyped: () => callWithKey(scene.stack, `${unknown}x`, "GET", "/status"),
    };
    const took: Record<keyof typeof ways, number[]> = {
      token: [],
      key: [],
      unknown: [],
      wrong: [],
      expired: [],
      mistyped: [],
    };
    for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
      for (const way of ["token", "key", "unknown", "wrong", "expired", "mistyped"] as const) {
        const took_ms = await timed(ways[way]);
        if (round >= 0) took[way].push(took_ms);
      }
      // Both ways read the rows of the last minute: as many as a user may have.
      if (round % 20 === 0) await scene.sql`delete from calendar_sync.calls`;
    }
    const median = (way: keyof typeof ways) => quantile(took[way], 0.5);
    const row = (name: string, way: keyof typeof ways): Row => [
      name,
      `${median(way).toFixed(1)} ms`,
      `p95 ${quantile(took[way], 0.95).toFixed(1)} ms`,
    ];
    const token_ms = median("token");
    return [
      row("GET /status with an access token", "token"),
      row("GET /status with an API key", "key"),
      [
        "  against the access token",
        ratio(median("key"), token_ms),
        `${ROUNDS} calls each, in turns`,
        atMost(median("key") / token_ms, RATIO_MAX, " ×"),
      ],
      row("refused, unknown", "unknown"),
      row("refused, another secret", "wrong"),
      row("refused, expired", "expired"),
      row("refused, mistyped: nothing is asked", "mistyped"),
    ];
  } finally {
    await scene.close();
  }
}
