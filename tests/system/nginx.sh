#!/bin/sh
# Debian's nginx with the block of docs/deploy/install.md, in front of a platform. The last line counts the checks; skipped where nginx is
# not installed and one may not install it.
set -u
cd "$(dirname "$0")/../.."
if [ ! -x /usr/sbin/nginx ]; then
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "nginx: skipped, it is not installed and cannot be"
    exit 0
  fi
  # It is to be there and not to run: in runlevel 1 no service is started.
  install() {
    RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 install -y --no-install-recommends nginx-light
  }
  { install || { apt-get update && install; }; } >&2
fi
if NO_COLOR=1 node_modules/.bin/deno test --allow-all --no-check --quiet tests/system/own-path/nginx.ts; then
  echo "1 passed, 0 failed"
else
  echo "0 passed, 1 failed"
  exit 1
fi
