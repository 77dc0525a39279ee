#!/bin/sh
# Runs PostgreSQL for as long as standard input stays open, however whoever holds its other end goes away.
# Arguments: a folder to remove afterwards, the command.
trap '' INT TERM HUP
remove=$1
shift
exec 3<&0
"$@" 3<&- &
postgres=$!
(
  cat <&3 >/dev/null
  kill -INT "$postgres" 2>/dev/null
) &
watcher=$!
wait "$postgres"
code=$?
kill -KILL "$watcher" 2>/dev/null
rm -rf "$remove"
exit "$code"
