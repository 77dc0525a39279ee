-- The SQL surface of supabase_vault 0.3.1: the same tables, view and functions, the same names and rights of what lies behind them.
-- A row is encrypted with AES-256-CBC under a random nonce and authenticated with HMAC-SHA-256 over id, nonce and ciphertext.
-- The root key lies in a file beside the data, not in a table.

create function vault._root_key() returns bytea
language sql stable security definer set search_path = ''
as $$ select pg_catalog.decode(pg_catalog.btrim(pg_catalog.pg_read_file('supabase_vault.key'), E' \n'), 'hex') $$;

do $$
begin
  if pg_stat_file('supabase_vault.key', true) is null then
    execute format(
      'copy (select encode(extensions.gen_random_bytes(32), ''hex'')) to %L',
      current_setting('data_directory') || '/supabase_vault.key'
    );
  end if;
end $$;

create function vault._mac(p_additional bytea, p_nonce bytea, p_cipher bytea) returns bytea
language sql stable security definer set search_path = ''
as $$
  select extensions.hmac(
    p_additional || p_nonce || p_cipher,
    extensions.hmac('authenticate'::bytea, vault._root_key(), 'sha256'), 'sha256')
$$;

create function vault._crypto_aead_det_noncegen() returns bytea
language sql volatile security definer set search_path = ''
as $$ select extensions.gen_random_bytes(16) $$;

-- Whoever may call the next two needs no right to the key, as in C.
create function vault._crypto_aead_det_encrypt(
  message bytea, additional bytea, key_id bigint, context bytea default 'pgsodium', nonce bytea default null
) returns bytea
language sql stable security definer set search_path = ''
as $$
  select vault._mac(additional, nonce, sealed.cipher) || sealed.cipher
  from (
    select extensions.encrypt_iv(
      message, extensions.hmac('encrypt'::bytea, vault._root_key(), 'sha256'), nonce, 'aes-cbc/pad:pkcs') as cipher
  ) as sealed
$$;

create function vault._crypto_aead_det_decrypt(
  message bytea, additional bytea, key_id bigint, context bytea default 'pgsodium', nonce bytea default null
) returns bytea
language plpgsql stable security definer set search_path = ''
as $$
declare
  cipher constant bytea := pg_catalog.substr(message, 33);
begin
  -- An empty plaintext is one block: 32 bytes of authentication and 16 of padding.
  if pg_catalog.length(message) < 48 or nonce is null
    or pg_catalog.substr(message, 1, 32) <> vault._mac(additional, nonce, cipher)
  then
    raise exception 'pgsodium_crypto_aead_det_decrypt_by_id: invalid ciphertext' using errcode = 'data_exception';
  end if;
  return extensions.decrypt_iv(
    cipher, extensions.hmac('encrypt'::bytea, vault._root_key(), 'sha256'), nonce, 'aes-cbc/pad:pkcs');
end $$;

create table vault.secrets (
  id uuid primary key default gen_random_uuid(),
  name text,
  description text not null default '',
  secret text not null,
  key_id uuid,
  nonce bytea default vault._crypto_aead_det_noncegen(),
  created_at timestamptz not null default current_timestamp,
  updated_at timestamptz not null default current_timestamp
);
create unique index on vault.secrets using btree (name) where name is not null;
comment on table vault.secrets is 'Table with encrypted `secret` column for storing sensitive information on disk.';

-- A function in a view is called with the rights of its reader: reading the view takes more than the right to select from it.
create view vault.decrypted_secrets as
select
  id, name, description, secret,
  pg_catalog.convert_from(
    vault._crypto_aead_det_decrypt(
      message => pg_catalog.decode(secret, 'base64'), additional => pg_catalog.convert_to(id::text, 'utf8'), key_id => 0,
      context => 'pgsodium'::bytea, nonce => nonce),
    'utf8') as decrypted_secret,
  key_id, nonce, created_at, updated_at
from vault.secrets;

create function vault.create_secret(
  new_secret text, new_name text default null, new_description text default '', new_key_id uuid default null
) returns uuid
language plpgsql security definer set search_path = ''
as $$
declare
  rec record;
begin
  -- Like the real one: the plaintext is in the first version of the row.
  insert into vault.secrets (secret, name, description) values (new_secret, new_name, new_description) returning * into rec;
  update vault.secrets
  set secret = pg_catalog.encode(vault._crypto_aead_det_encrypt(
    message => pg_catalog.convert_to(new_secret, 'utf8'), additional => pg_catalog.convert_to(rec.id::text, 'utf8'), key_id => 0,
    nonce => rec.nonce), 'base64')
  where id = rec.id;
  return rec.id;
end $$;

create function vault.update_secret(
  secret_id uuid, new_secret text default null, new_name text default null, new_description text default null,
  new_key_id uuid default null
) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  -- Like the real one: a row that cannot be decrypted cannot be updated.
  old_secret constant text := (select decrypted_secret from vault.decrypted_secrets where id = secret_id);
begin
  update vault.secrets as stored
  set secret = case when new_secret is null then stored.secret
      else pg_catalog.encode(vault._crypto_aead_det_encrypt(
        message => pg_catalog.convert_to(new_secret, 'utf8'), additional => pg_catalog.convert_to(stored.id::text, 'utf8'),
        key_id => 0, nonce => stored.nonce), 'base64') end,
    name = coalesce(new_name, stored.name), description = coalesce(new_description, stored.description), updated_at = now()
  where stored.id = secret_id;
end $$;

revoke all on schema vault from public;
revoke all on all tables in schema vault from public;
-- Nobody else may call any of them until a grant says so: Supabase's own come with local/postgres/bootstrap.sql.
revoke execute on all functions in schema vault from public;

-- A dump has the rows, encrypted; their key is not in it.
select pg_catalog.pg_extension_config_dump('vault.secrets', '');
