#!/bin/sh
# CalDAV against real servers: Debian's Radicale, Xandikos and Cyrus, side by side, each with the behaviours that every provider
# has to have and with the main path of the whole platform. The last line counts them; a server that cannot be installed is a
# failure with its name. Skipped where one may not install anything.
set -u
cd "$(dirname "$0")/../.."
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  echo "caldav: skipped, its servers cannot be installed"
  exit 0
fi

work=$(mktemp -d)
servers=
trap 'kill $servers 2>/dev/null; wait; rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
username=ada@example.com
password=app-password
cyrus=/usr/lib/cyrus/bin
# Cyrus runs as its own user.
chmod 711 "$work"

free_port() {
  node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close() })'
}

# Installs what a server needs, where it is not there. It is to be there and not to run: in runlevel 1 no service is started.
#
# $1 its program, the rest are packages
install() {
  [ -x "$1" ] && return
  shift
  export RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive
  set -- -o DPkg::Lock::Timeout=600 install -y --no-install-recommends "$@"
  apt-get "$@" >&2 || { apt-get update >&2 && apt-get "$@" >&2; }
}

# $1 port, $2 folder. The process id is in $!.
start_radicale() {
  echo "$username:$password" >"$2/users"
  cat >"$2/config" <<END
[server]
hosts = 127.0.0.1:$1
[auth]
type = htpasswd
htpasswd_filename = $2/users
htpasswd_encryption = plain
[storage]
filesystem_folder = $2/data
END
  radicale --config "$2/config" >"$2/log" 2>&1 &
}

start_xandikos() {
  xandikos -d "$2" -p "$1" -l 127.0.0.1 --defaults --current-user-principal /ada/ >"$2/log" 2>&1 &
}

# Without `zoneinfo_dir`, libical takes the system's time zones. Calendars are there once somebody has signed in by IMAP.
start_cyrus() {
  imap=$(free_port)
  cat >"$2/imapd.conf" <<END
configdirectory: $2/conf
defaultpartition: default
partition-default: $2/spool
proc_path: $2/proc
mboxname_lockpath: $2/lock
servername: localhost
virtdomains: userid
unixhierarchysep: yes
autocreate_quota: 0
allowplaintext: yes
sasl_pwcheck_method: auxprop
sasl_auxprop_plugin: sasldb
sasl_sasldb_path: $2/sasldb
sasl_mech_list: PLAIN
httpmodules: caldav
httpallowcleartext: yes
caldav_create_default: no
caldav_create_sched: no
caldav_create_attach: no
END
  cat >"$2/cyrus.conf" <<END
START {
  recover cmd="$cyrus/ctl_cyrusdb -C $2/imapd.conf -r"
}
SERVICES {
  imap cmd="$cyrus/imapd -C $2/imapd.conf" listen="127.0.0.1:$imap" prefork=0
  http cmd="$cyrus/httpd -C $2/imapd.conf" listen="127.0.0.1:$1" prefork=2
}
EVENTS {
}
END
  mkdir -p "$2/conf/db" "$2/conf/socket" "$2/conf/log" "$2/conf/proc" "$2/spool"
  printf %s "$password" | saslpasswd2 -p -c -f "$2/sasldb" -u "${username#*@}" "${username%@*}"
  chown -R cyrus:mail "$2"
  setpriv --reuid=cyrus --regid=mail --clear-groups \
    "$cyrus/master" -C "$2/imapd.conf" -M "$2/cyrus.conf" -p "$2/pid" -D >"$2/log" 2>&1 &
  server=$!
  wait_for "imap://127.0.0.1:$imap/" -u "$username:$password"
}

# Waits until an address answers; the rest are options of curl.
wait_for() {
  tries=0
  until curl -s -o /dev/null "$@" || [ "$tries" -ge 100 ]; do
    tries=$((tries + 1))
    sleep 0.2
  done
}

# Runs the tests of a server that is there, and says how they ended.
#
# $1 name, $2 address, $3 path of its calendars as it spells it, $4 whether it says of a calendar that it deleted that there is none
check() {
  CALDAV_SERVER="{\"name\":\"$1\",\"url\":\"$2\",\"username\":\"$username\",\"password\":\"$password\",\"home\":\"$3\",\"denies_deletions\":$4}" \
    NO_COLOR=1 node_modules/.bin/deno test --allow-all --no-check --quiet \
    tests/system/caldav/conformance.ts tests/system/caldav/main-job.ts >"$work/$1.tests" 2>&1 || {
    sed -n '/^ ERRORS $/,/^ FAILURES $/p' "$work/$1.tests"
    tail -n 20 "$work/$1/log"
  }
  # A topic of behaviours is one test.
  counted=$(sed -n 's/^\(ok\|FAILED\) | \([0-9]*\) passed.* | \([0-9]*\) failed.*/\2 \3/p' "$work/$1.tests" | tail -n 1)
  echo "$1: $(sed -n 's/^\(ok\|FAILED\) | //p' "$work/$1.tests" | tail -n 1)"
  echo "${counted:-0 1}" >"$work/$1.count"
}

# Everything about one server.
#
# $1 name, $2 path of its calendars, $3 see check, $4 its program, the rest are packages
try() {
  name=$1 home=$2 denies=$3
  shift 3
  mkdir "$work/$name"
  if install "$@"; then
    port=$(free_port)
    "start_$(echo "$name" | tr '[:upper:]' '[:lower:]')" "$port" "$work/$name"
    server=${server:-$!}
    trap 'kill "$server" 2>/dev/null; wait "$server"' EXIT
    trap 'exit 1' INT TERM
    wait_for "http://127.0.0.1:$port/"
    check "$name" "http://127.0.0.1:$port" "$home" "$denies"
  else
    echo "$name: its packages could not be installed"
    echo "0 1" >"$work/$name.count"
  fi
}

try Radicale /ada%40example.com/ false /usr/bin/radicale radicale >"$work/Radicale.said" &
servers="$servers $!"
try Xandikos /ada/calendars/ false /usr/bin/xandikos xandikos >"$work/Xandikos.said" &
servers="$servers $!"
try Cyrus "/dav/calendars/user/$username/" true "$cyrus/httpd" \
  cyrus-imapd cyrus-caldav sasl2-bin libsasl2-modules-db tzdata >"$work/Cyrus.said" &
servers="$servers $!"
wait
cat "$work"/*.said
cat "$work"/*.count | awk '
  { passed += $1; failed += $2 }
  END {
    print passed + 0 " passed, " failed + 0 " failed"
    exit failed > 0
  }
'
