"""Debian's python3-icalendar reads a feed (written by write-feed.ts, on standard input) and finds every field in it."""

import json
import sys
from datetime import datetime, timezone

from icalendar import Calendar

feed = json.load(sys.stdin)
calendar = Calendar.from_ical(feed["text"])


def spelt(moment):
    """A date, or an instant in UTC."""
    if not isinstance(moment, datetime):
        return moment.isoformat()
    assert moment.tzinfo is not None, moment
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def read(event):
    return {
        "uid": str(event["UID"]),
        "sequence": int(event["SEQUENCE"]),
        "summary": str(event["SUMMARY"]),
        "description": str(event.get("DESCRIPTION", "")),
        "url": str(event.get("URL", "")),
        "categories": [str(category) for category in event["CATEGORIES"].cats] if "CATEGORIES" in event else [],
        "status": str(event["STATUS"]),
        "transp": str(event["TRANSP"]),
        "start": spelt(event["DTSTART"].dt),
        "end": spelt(event["DTEND"].dt),
        "stamp": spelt(event["DTSTAMP"].dt),
        "created": spelt(event["CREATED"].dt),
        "modified": spelt(event["LAST-MODIFIED"].dt),
        "alarms": [
            [str(alarm["ACTION"]), str(alarm["DESCRIPTION"]), int(alarm["TRIGGER"].dt.total_seconds())]
            for alarm in event.walk("VALARM")
        ],
    }


found = [read(event) for event in calendar.walk("VEVENT")]
differences = [
    f"{event['uid']}: {name} is {event[name]!r}, not {value!r}"
    for event, wanted in zip(found, feed["expected"])
    for name, value in wanted.items()
    if event[name] != value
]
if len(found) != len(feed["expected"]):
    differences.append(f"{len(found)} events, not {len(feed['expected'])}")
if str(calendar["X-WR-CALNAME"]) != feed["name"]:
    differences.append(f"the name is {calendar['X-WR-CALNAME']!r}")
print("\n".join(differences) or f"{len(found)} events as they were written")
sys.exit(1 if differences else 0)
