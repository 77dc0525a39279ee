#!/bin/sh
# A third reader of the feeds, and none of JavaScript: Debian's python3-icalendar. The last line is `1 passed, 0 failed`, or
# `0 passed, 1 failed`, or says why it was skipped: it has to be installed, for which one has to be root.
set -u
cd "$(dirname "$0")/../.."
python=/usr/bin/python3
if ! "$python" -c 'import icalendar' 2>/dev/null; then
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "python3-icalendar: skipped, it is not installed and cannot be"
    exit 0
  fi
  set -- -o DPkg::Lock::Timeout=300 install -y --no-install-recommends python3-icalendar
  { apt-get "$@" || { apt-get update && apt-get "$@"; }; } >&2
fi
if node local/run.mjs tests/system/write-feed.ts | "$python" tests/system/read_feed.py; then
  echo "1 passed, 0 failed"
else
  echo "0 passed, 1 failed"
  exit 1
fi
