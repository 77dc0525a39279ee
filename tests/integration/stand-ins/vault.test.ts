import assert from "node:assert/strict";
import type { Sql, TransactionSql } from "postgres";
import { withBareServer } from "./bare-server.ts";

const sanitizers = { sanitizeOps: false, sanitizeResources: false };
const DENIED = { code: "42501" };
const DECRYPT = "vault._crypto_aead_det_decrypt(bytea, bytea, bigint, bytea, bytea)";

Deno.test(
  { name: "the stand-in of Vault gives no more rights than the real one", ...sanitizers },
  async (t) => {
    await withBareServer(async ({ sql }) => {
      await sql`select vault.create_secret('confidential', 'a secret')`;
      const read = (role: string) => readAs(sql, role);

      for (const role of ["postgres", "service_role"]) {
        await t.step(`${role} reads it, as on hosted Supabase`, async () => {
          assert.equal(await read(role), "confidential");
        });
      }

      for (const role of ["anon", "authenticated", "authenticator"]) {
        await t.step(`${role} does not`, async () => {
          await assert.rejects(read(role), DENIED);
        });
      }

      await t.step(
        "the right to select from the view is not enough: what decrypts is called as its reader",
        async () => {
          await sql`create role reader`;
          await sql`grant usage on schema vault to reader`;
          await sql`grant select on vault.decrypted_secrets to reader`;
          await assert.rejects(read("reader"), {
            ...DENIED,
            message: /permission denied for function _crypto_aead_det_decrypt/,
          });
          await sql.unsafe(`grant execute on function ${DECRYPT} to reader`);
          assert.equal(await read("reader"), "confidential");
        },
      );

      await t.step(
        "nobody but a superuser calls what lies behind it, or inserts a secret by hand",
        async () => {
          for (
            const attempt of [
              "select vault._crypto_aead_det_noncegen()",
              "select vault._crypto_aead_det_encrypt('a', 'b', 0)",
              "insert into vault.secrets (secret) values ('plain')",
              "update vault.secrets set name = 'another'",
              "select vault._root_key()",
            ]
          ) {
            await assert.rejects(as(sql, "postgres", (own) => own.unsafe(attempt)), DENIED, attempt);
          }
        },
      );

      for (
        const [what, change] of [
          ["another nonce", `nonce = decode(repeat('00', 16), 'hex')`],
          ["no nonce", `nonce = null`],
          ["another id", `id = gen_random_uuid()`],
          ["too short a ciphertext", `secret = encode('short', 'base64')`],
          ["no base64", `secret = '%'`],
        ] as const
      ) {
        await t.step(`with ${what} a secret cannot be decrypted: a data exception`, async () => {
          await assert.rejects(
            sql.begin(async (own) => {
              await own.unsafe(`update vault.secrets set ${change}`);
              await own`select decrypted_secret from vault.decrypted_secrets`;
            }),
            (error: Error) => "code" in error && String(error.code).startsWith("22"),
          );
        });
      }
    });
  },
);

async function readAs(sql: Sql, role: string): Promise<string> {
  const rows = await as(sql, role, (own) =>
    own<{ secret: string }[]>`
    select decrypted_secret as secret from vault.decrypted_secrets where name = 'a secret'`);
  return rows[0]?.secret ?? "";
}

function as<T>(sql: Sql, role: string, act: (own: TransactionSql) => Promise<T>): Promise<T> {
  return sql.begin(async (own) => {
    await own`set local role ${own(role)}`;
    return await act(own);
  }) as Promise<T>;
}
