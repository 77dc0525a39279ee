-- The SQL surface of supabase_vault 0.3.1. A row is encrypted with AES-256-CBC under a random nonce and authenticated
-- with HMAC-SHA-256 over id, nonce and ciphertext. The root key lies in a file beside the data, not in a table.

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

create table vault.secrets (
  id uuid primary key default gen_random_uuid(),
  name text,
  description text not null default '',
  secret text not null,
  key_id uuid,
  nonce bytea default extensions.gen_random_bytes(16),
  created_at timestamptz not null default current_timestamp,
  updated_at timestamptz not null default current_timestamp
);
create unique index on vault.secrets using btree (name) where name is not null;
comment on table vault.secrets is 'Table with encrypted `secret` column for storing sensitive information on disk.';

create function vault._mac(p_id uuid, p_nonce bytea, p_cipher bytea) returns bytea
language sql stable security definer set search_path = ''
as $$
  select extensions.hmac(
    pg_catalog.uuid_send(p_id) || p_nonce || p_cipher,
    extensions.hmac('authenticate'::bytea, vault._root_key(), 'sha256'), 'sha256')
$$;

create function vault._encrypt(p_secret text, p_id uuid, p_nonce bytea) returns text
language sql stable security definer set search_path = ''
as $$
  select pg_catalog.encode(vault._mac(p_id, p_nonce, sealed.cipher) || sealed.cipher, 'base64')
  from (
    select extensions.encrypt_iv(
      pg_catalog.convert_to(p_secret, 'utf8'),
      extensions.hmac('encrypt'::bytea, vault._root_key(), 'sha256'), p_nonce, 'aes-cbc/pad:pkcs') as cipher
  ) as sealed
$$;

create function vault._decrypt(p_sealed text, p_id uuid, p_nonce bytea) returns text
language plpgsql stable security definer set search_path = ''
as $$
declare
  sealed constant bytea := pg_catalog.decode(p_sealed, 'base64');
  cipher constant bytea := pg_catalog.substr(sealed, 33);
begin
  if pg_catalog.length(sealed) < 48 or pg_catalog.substr(sealed, 1, 32) <> vault._mac(p_id, p_nonce, cipher) then
    raise exception 'pgsodium_crypto_aead_det_decrypt_by_id: invalid ciphertext' using errcode = '22000';
  end if;
  return pg_catalog.convert_from(extensions.decrypt_iv(
    cipher, extensions.hmac('encrypt'::bytea, vault._root_key(), 'sha256'), p_nonce, 'aes-cbc/pad:pkcs'), 'utf8');
exception when invalid_parameter_value then
  raise exception 'pgsodium_crypto_aead_det_decrypt_by_id: invalid ciphertext' using errcode = '22000';
end $$;

create view vault.decrypted_secrets as
select id, name, description, secret, vault._decrypt(secret, id, nonce) as decrypted_secret, key_id, nonce, created_at, updated_at
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
  update vault.secrets set secret = vault._encrypt(new_secret, rec.id, rec.nonce) where id = rec.id;
  return rec.id;
end $$;

create function vault.update_secret(
  secret_id uuid, new_secret text default null, new_name text default null, new_description text default null,
  new_key_id uuid default null
) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  old_secret text;
begin
  select decrypted_secret into old_secret from vault.decrypted_secrets where id = secret_id;
  update vault.secrets
  set secret = case when new_secret is null then secret else vault._encrypt(new_secret, id, nonce) end,
    name = coalesce(new_name, name), description = coalesce(new_description, description), updated_at = now()
  where id = secret_id;
end $$;

revoke all on schema vault from public;
revoke all on all tables in schema vault from public;
revoke execute on all functions in schema vault from public;
-- The view's owner decrypts for whoever may read it; a function in a view runs as its reader.
grant execute on function vault._decrypt(text, uuid, bytea) to postgres, service_role;
