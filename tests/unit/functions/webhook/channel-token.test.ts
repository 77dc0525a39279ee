import assert from "node:assert/strict";
import {
  channelIn,
  channelToken,
  createTokenCheck,
} from "../../../../supabase/functions/_shared/platform/channel-token.ts";

const [SECRET, ANOTHER] = ["s".repeat(32), "t".repeat(32)];
const ID = "6e1d0f4e-1111-4a4a-8a8a-000000000001";

Deno.test("a channel's token names the channel and says that we made it", async () => {
  const token = await channelToken(ID, SECRET);
  // Graph's clientState.
  assert.ok(token.length <= 128);
  assert.equal(channelIn(token), ID);
  assert.ok(await createTokenCheck([SECRET])(token));
});

Deno.test("while the secret is changed tokens of both are ours", async () => {
  const token = await channelToken(ID, SECRET);
  assert.ok(await createTokenCheck([ANOTHER, SECRET])(token));
  assert.ok(!await createTokenCheck([ANOTHER])(token));
});

Deno.test("another channel's signature is not this one's", async () => {
  const [, signature] = (await channelToken(crypto.randomUUID(), SECRET)).split(".");
  assert.equal(channelIn(`${ID}.${signature}`), ID);
  assert.ok(!await createTokenCheck([SECRET])(`${ID}.${signature}`));
});

const SIGNATURE = "ab".repeat(32);
for (
  const token of [
    "",
    ".",
    ID,
    `${ID}.`,
    `${ID}.ab`,
    `${ID}.${SIGNATURE}0`,
    `${ID}.${SIGNATURE.toUpperCase()}`,
    `${ID}.${SIGNATURE}.`,
    `${ID}.${SIGNATURE}\n`,
    `${ID.toUpperCase()}.${SIGNATURE}`,
    `1.${SIGNATURE}`,
    `x${ID}.${SIGNATURE}`,
  ]
) {
  Deno.test(`${JSON.stringify(token)} is none of ours by its form`, async () => {
    assert.equal(channelIn(token), null);
    assert.ok(!await createTokenCheck([SECRET])(token));
  });
}
