#!/bin/sh
# Builds the documentation as a site: a dead link or a page that cannot be rendered fails.
set -eu
cd "$(dirname "$0")/../../site"
npm install --no-save --no-audit --no-fund --loglevel=error
if npm run --silent build; then echo "1 passed, 0 failed"; else
  echo "0 passed, 1 failed"
  exit 1
fi
