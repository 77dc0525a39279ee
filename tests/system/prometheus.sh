#!/bin/sh
# Debian's Prometheus loads the alert rules, tests them, scrapes a platform with the configuration of docs/operate and
# answers every question of the dashboard; Debian's python3-prometheus-client, the reference reader of OpenMetrics, reads the
# same. The last line counts the checks, or says why they were skipped: both have to be installed, for which one has to be root.
set -u
cd "$(dirname "$0")/../.."
python=/usr/bin/python3
if ! command -v promtool >/dev/null || ! command -v prometheus >/dev/null ||
  ! "$python" -c 'import prometheus_client.openmetrics' 2>/dev/null; then
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "prometheus: skipped, it is not installed and cannot be"
    exit 0
  fi
  # It is to be there and not to run: in runlevel 1 no service is started.
  install() {
    RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends \
      prometheus python3-prometheus-client
  }
  { install || { apt-get update && install; }; } >&2
fi
passed=0
failed=0
check() {
  if "$@"; then passed=$((passed + 1)); else
    failed=$((failed + 1))
    echo "failed: $*"
  fi
}
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
check promtool check rules docs/operate/prometheus-alerts.yml
check promtool test rules docs/operate/prometheus-alerts.test.yml
check promtool check config --syntax-only docs/operate/prometheus.yml
check node local/run.mjs tests/system/scrape.ts "$work"
check "$python" tests/system/read_metrics.py "$work/scrape"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
