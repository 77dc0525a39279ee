import assert from "node:assert/strict";
import { SignJWT } from "jose";
import {
  readUnsubscription,
  unsubscribeUrl,
} from "../../../../supabase/functions/_shared/notices/mail/unsubscribe.ts";

const SECRET = "s".repeat(32);
const USER = {
  user_id: "8ae89d61-887b-42b4-837e-57028f2df602",
  kinds: ["deadline_failed", "connection_lost"],
} as const;

async function tokenOf(secret: string = SECRET): Promise<string> {
  return new URL(await unsubscribeUrl(USER, "https://api.example.org", secret)).searchParams.get("token") ??
    "";
}

Deno.test("the same mail always carries the same address, which leads to us", async () => {
  const address = await unsubscribeUrl(USER, "https://api.example.org", SECRET);
  assert.equal(
    address,
    await unsubscribeUrl({ ...USER, kinds: [...USER.kinds].reverse() }, "https://api.example.org", SECRET),
  );
  assert.match(address, /^https:\/\/api\.example\.org\/functions\/v1\/calendar\/unsubscribe\?token=[\w.-]+$/);
});

Deno.test("it says whose mail and which kinds, also after the secret was changed", async () => {
  const expected = { user_id: USER.user_id, kinds: ["connection_lost", "deadline_failed"] };
  assert.deepEqual(await readUnsubscription(await tokenOf(), [SECRET]), expected);
  assert.deepEqual(await readUnsubscription(await tokenOf(), ["t".repeat(32), SECRET]), expected);
});

Deno.test("it works for every id that Postgres takes", async () => {
  const user = { ...USER, user_id: "11111111-1111-1111-1111-111111111111" };
  const address = await unsubscribeUrl(user, "https://api.example.org", SECRET);
  const read = await readUnsubscription(new URL(address).searchParams.get("token") ?? "", [SECRET]);
  assert.equal(read?.user_id, user.user_id);
});

Deno.test("nobody makes one without the secret, nor of anything else that it signs", async () => {
  const token = await tokenOf();
  const bytes = new TextEncoder().encode(SECRET);
  const state = await new SignJWT({ kinds: ["connection_lost"] }).setProtectedHeader({ alg: "HS256" })
    .setSubject(USER.user_id).setAudience("calendar-unsubscribe").sign(bytes);
  const unsigned = `${btoa('{"alg":"none"}').replaceAll("=", "")}.${token.split(".")[1]}.`;
  for (
    const forged of ["", "token", `${token.slice(0, -3)}AAA`, state, unsigned, await tokenOf("t".repeat(32))]
  ) {
    assert.equal(await readUnsubscription(forged, [SECRET]), null, forged);
  }
});
