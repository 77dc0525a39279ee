#!/bin/sh
# The CalDAV client against real servers: Debian's Radicale and Xandikos, each with the behaviours that every provider has to
# have. The last line counts them, or says why they were skipped: both servers have to be installed, for which one has to be
# root.
set -u
cd "$(dirname "$0")/../.."
if ! command -v radicale >/dev/null || ! command -v xandikos >/dev/null; then
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "caldav: skipped, Radicale and Xandikos are not installed and cannot be"
    exit 0
  fi
  # They are to be there and not to run: in runlevel 1 no service is started.
  install() {
    RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends \
      radicale xandikos
  }
  { install || { apt-get update && install; }; } >&2 || {
    echo "caldav: the packages could not be installed"
    echo "0 passed, 1 failed"
    exit 1
  }
fi

work=$(mktemp -d)
server=
stop() {
  [ -z "$server" ] || kill "$server" 2>/dev/null
  [ -z "$server" ] || wait "$server" 2>/dev/null
  server=
}
trap 'stop; rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
free_port() {
  node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close() })'
}
passed=0
failed=0

# Waits for a server, tests it and stops it.
#
# $1 name, $2 port, $3 path of its calendars
check() {
  tries=0
  until curl -s -o /dev/null "http://127.0.0.1:$2/" || [ "$tries" -ge 100 ]; do
    tries=$((tries + 1))
    sleep 0.2
  done
  CALDAV_SERVER="{\"name\":\"$1\",\"url\":\"http://127.0.0.1:$2\",\"username\":\"ada@example.com\",\"password\":\"$password\",\"home\":\"$3\"}" \
    NO_COLOR=1 node_modules/.bin/deno test --allow-all --no-check --quiet tests/system/caldav/conformance.ts \
    >"$work/$1.log" 2>&1 || {
    grep -E 'FAILED' "$work/$1.log"
    tail -n 20 "$work/$1.server"
  }
  stop
  # A topic of behaviours is one test.
  counted=$(sed -n 's/^\(ok\|FAILED\) | \([0-9]*\) passed.* | \([0-9]*\) failed.*/\2 \3/p' "$work/$1.log" | tail -n 1)
  echo "$1: $(sed -n 's/^\(ok\|FAILED\) | //p' "$work/$1.log" | tail -n 1)"
  [ -n "$counted" ] || counted="0 1"
  passed=$((passed + ${counted% *}))
  failed=$((failed + ${counted#* }))
}

password=app-password
mkdir "$work/radicale" "$work/xandikos"
port=$(free_port)
echo "ada@example.com:$password" >"$work/radicale/users"
cat >"$work/radicale/config" <<END
[server]
hosts = 127.0.0.1:$port
[auth]
type = htpasswd
htpasswd_filename = $work/radicale/users
htpasswd_encryption = plain
[storage]
filesystem_folder = $work/radicale/data
END
radicale --config "$work/radicale/config" >"$work/Radicale.server" 2>&1 &
server=$!
check Radicale "$port" /ada%40example.com/

port=$(free_port)
xandikos -d "$work/xandikos" -p "$port" -l 127.0.0.1 --defaults --current-user-principal /ada/ \
  >"$work/Xandikos.server" 2>&1 &
server=$!
check Xandikos "$port" /ada/calendars/

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
