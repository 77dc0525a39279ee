#!/bin/sh
# The package with <CalendarSettings />, packed as it would be published, in two host applications that are built and used:
# Next.js with React 19, which renders on a server, and Vite with React 18. The last line is `N passed, N failed`.
set -u
cd "$(dirname "$0")/../.."
root=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
export NEXT_TELEMETRY_DISABLED=1
began=$(date +%s)
project_port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close() })')

# Counts a check, and shows what it said where it failed.
#
# $1 what holds, the rest is the command that shows it
check() {
  what=$1
  shift
  if "$@" >"$work/said" 2>&1; then
    echo "$what: ok"
    echo 1 0 >>"$work/counted"
  else
    echo "$what: FAILED"
    cat "$work/said"
    echo 0 1 >>"$work/counted"
  fi
}

pack() {
  cd "$root/settings" && npm pack --loglevel=error --pack-destination "$work" && mv "$work"/*.tgz "$work/calendar-settings.tgz"
}

# Without a warning, of which one is about whoever publishes.
publishes() {
  cd "$root/settings" && npm publish --dry-run --ignore-scripts 2>&1 | tee "$work/publish" &&
    ! grep 'npm warn' "$work/publish" | grep -v 'requires you to be logged in'
}

holds_its_papers() {
  tar -tzf "$work/calendar-settings.tgz" >"$work/files"
  for file in README.md LICENSE dist/package/index.js dist/package/index.d.ts dist/package/styles.css; do
    grep -qx "package/$file" "$work/files" || { echo "no $file" && return 1; }
  done
}

# The versions are those of the host's lock file. Peers that do not fit fail.
install() {
  cp -R "$root/tests/system/hosts/$1" "$work/hosts/$1" &&
    cp "$work/calendar-settings.tgz" "$root/tests/system/hosts/types.tsx" "$work/hosts/$1" &&
    cd "$work/hosts/$1" && npm ci --no-audit --no-fund --loglevel=error && npm ls --all --loglevel=error
}

# $1 host. What two copies of would each have a state of its own.
holds_once() {
  for name in react react-dom @supabase/supabase-js @tanstack/react-query; do
    [ "$(find "$work/hosts/$1/node_modules" -path "*/node_modules/$name/package.json" | wc -l)" = 1 ] ||
      { echo "not one $name" && return 1; }
  done
}

# $1 host. All of it, as its own configuration says: with the module resolution of bundlers.
knows_types() {
  cd "$work/hosts/$1" && node_modules/.bin/tsc -p .
}

# $1 host
knows_types_in_node() {
  cd "$work/hosts/$1" && node_modules/.bin/tsc --noEmit --strict --skipLibCheck --jsx react-jsx --target es2022 --types react \
    --module node16 --moduleResolution node16 --noUncheckedSideEffectImports types.tsx
}

# The address of the project is written into what is built: what listens at that port leads to the project later.
builds() {
  cd "$root" && node_modules/.bin/deno run --allow-all --no-check --quiet tests/system/embedding/next-config.ts \
    "$work/hosts/next/documented.mjs" "http://127.0.0.1:$project_port" && cd "$work/hosts/next" && npm run build
}

prerenders() {
  grep -q 'class="ec-root' "$work/hosts/next/.next/server/app/prerendered.html"
}

lint() {
  cd "$work/hosts/vite" && node_modules/.bin/publint run "$work/calendar-settings.tgz" --strict
}

resolves() {
  cd "$work/hosts/vite" && node_modules/.bin/attw "$work/calendar-settings.tgz" --profile esm-only --exclude-entrypoints ./styles.css
}

use() {
  cd "$root" && HOSTS="$work/hosts" PROJECT_PORT=$project_port NO_COLOR=1 node_modules/.bin/deno test --allow-all --no-check --quiet tests/system/embedding/hosts.ts
}

mkdir "$work/hosts"
check "the package is packed" pack
check "it would be published without a warning" publishes
check "it holds README, LICENSE, types and styles" holds_its_papers
for host in vite next; do
  check "$host: installs it" install "$host"
  check "$host: one copy of what must not be there twice" holds_once "$host"
  check "$host: TypeScript with moduleResolution bundler" knows_types "$host"
  check "$host: TypeScript with moduleResolution node16" knows_types_in_node "$host"
done
check "publint has nothing against it" lint
check "its types are found as its scripts are (attw)" resolves
check "next: builds" builds
check "next: a page with it is rendered while it is built" prerenders
check "both are used: sign in, connect, come back" use
echo "embedding: $(($(date +%s) - began)) s"
awk '
  { passed += $1; failed += $2 }
  END {
    print passed + 0 " passed, " failed + 0 " failed"
    exit failed > 0
  }
' "$work/counted"
