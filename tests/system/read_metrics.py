"""The reference reader of OpenMetrics (Debian's python3-prometheus-client) reads a scrape that scrape.ts wrote."""

import sys

from prometheus_client.openmetrics.parser import text_string_to_metric_families

with open(sys.argv[1], encoding="utf-8") as scrape:
    families = list(text_string_to_metric_families(scrape.read()))
problems = [f"{family.name} says nothing of itself" for family in families if not family.documentation]
problems += [
    f"{family.name} is in no unit" for family in families if family.name.endswith("_seconds") and family.unit != "seconds"
]
if not any(family.type == "histogram" and family.samples for family in families):
    problems.append("there is no histogram with samples")
print("\n".join(problems) or f"{len(families)} metrics, {sum(len(family.samples) for family in families)} samples")
sys.exit(1 if problems else 0)
