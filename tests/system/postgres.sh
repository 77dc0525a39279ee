#!/bin/sh
# What the embedded PostgreSQL cannot show, on Debian's own in a throw-away cluster: the pgTAP suite of supabase/tests, the
# Supabase CLI's lint, which needs plpgsql_check, and the real pg_cron running the tick. The last line is `N passed, N failed`,
# or says why it was skipped: what it takes has to be installed, for which one has to be root.
set -u
cd "$(dirname "$0")/../.."
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  echo "postgres: skipped, it takes Debian and root"
  exit 0
fi

# The version of this Debian, such as 15.
version_of_debian() {
  apt-cache depends postgresql 2>/dev/null | sed -n 's/.*Depends: postgresql-\([0-9][0-9]*\)$/\1/p' | head -n 1
}
version=$(version_of_debian)
install() {
  DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=120 \
    "postgresql-$version" "postgresql-$version-cron" "postgresql-$version-pgtap" "postgresql-$version-plpgsql-check" \
    libtap-parser-sourcehandler-pgtap-perl
}
if ! command -v pg_prove >/dev/null || [ -z "$version" ] ||
  [ ! -e "/usr/share/postgresql/$version/extension/plpgsql_check.control" ] ||
  [ ! -e "/usr/share/postgresql/$version/extension/pgtap.control" ] ||
  [ ! -e "/usr/share/postgresql/$version/extension/pg_cron.control" ]; then
  {
    [ -n "$version" ] && install || {
      apt-get update -o DPkg::Lock::Timeout=120 && version=$(version_of_debian) && install
    }
  } >&2 || {
    echo "postgres: the packages could not be installed"
    echo "0 passed, 1 failed"
    exit 1
  }
fi

bin=/usr/lib/postgresql/$version/bin
cluster=$(mktemp -d)
port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close() })')
# PostgreSQL refuses to run as root. From / : its user may not enter the folder that we are in.
as_postgres() {
  (cd / && runuser -u postgres -- "$@")
}
stop() {
  as_postgres "$bin/pg_ctl" -D "$cluster/data" -m immediate stop >/dev/null 2>&1
  rm -rf "$cluster"
}
trap stop EXIT
trap 'exit 1' INT TERM

od -An -N16 -tx1 /dev/urandom | tr -d ' \n' >"$cluster/password"
chown -R postgres "$cluster"
as_postgres "$bin/initdb" -D "$cluster/data" -U supabase_admin --auth=scram-sha-256 --pwfile="$cluster/password" \
  --encoding=UTF8 --locale=C --no-sync >"$cluster/initdb" 2>&1 &&
  as_postgres "$bin/pg_ctl" -D "$cluster/data" -l "$cluster/log" -w start -o "-c listen_addresses=127.0.0.1 -c port=$port \
    -c unix_socket_directories=$cluster -c fsync=off -c timezone=UTC \
    -c shared_preload_libraries=pg_cron -c cron.use_background_workers=on" >/dev/null || {
  cat "$cluster/initdb" "$cluster/log" 2>/dev/null
  echo "0 passed, 1 failed"
  exit 1
}
PGSSLMODE=disable node local/run.mjs tests/system/check-postgres.ts \
  "postgresql://supabase_admin:$(cat "$cluster/password")@127.0.0.1:$port/postgres" || {
  echo "what the server says:"
  tail -n 20 "$cluster/log"
  exit 1
}
