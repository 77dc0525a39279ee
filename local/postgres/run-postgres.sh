#!/bin/sh
# Runs PostgreSQL for as long as standard input stays open, however whoever holds its other end goes away. A line there
# names a signal that stops the server, which is then started again in place.
# Arguments: a folder to remove afterwards, the command.
trap '' INT TERM HUP
remove=$1
shift
exec 3<&0
while :; do
  "$@" 3<&- &
  postgres=$!
  (
    # A file, since the server may be gone before this shell could say so with its exit code.
    if read -r signal <&3; then : >"$remove/restart"; else signal=INT; fi
    # Again and again: a server that is just being started does not listen to signals yet.
    while kill "-$signal" "$postgres" 2>/dev/null; do sleep 1 3<&- >/dev/null 2>&1; done
  ) &
  watcher=$!
  wait "$postgres"
  code=$?
  kill -KILL "$watcher" 2>/dev/null
  [ -e "$remove/restart" ] || break
  rm -f "$remove/restart"
done
rm -rf "$remove"
exit "$code"
