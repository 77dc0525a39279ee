import { Temporal } from "temporal-polyfill";
import { findIana, findWindows } from "windows-iana";
import { graphTimeOf } from "../supabase/functions/_shared/providers/outlook/time-zones.ts";
import { WINDOWS_ZONES } from "../supabase/functions/_shared/providers/outlook/windows-zones.ts";
import { formatted } from "./format.ts";
import { ROOT } from "./paths.ts";

/** The page that lists the time zones whose events Outlook gets in UTC. */
export const TIME_ZONES_PAGE_PATH = `${ROOT}/docs/understand/outlook-time-zones.md`;

const FIRST = Temporal.Instant.from("2024-01-01T00:00:00Z");
const LAST = Temporal.Instant.from("2031-01-01T00:00:00Z");
/** After a change of the clock, when no time comes twice any more. */
const SETTLED = { hours: 24 } as const;
const NO_ZONE = "none";

/** The page as the code and the installed edition of CLDR have it. */
export async function renderTimeZonesPage(): Promise<string> {
  const rows = [...Map.groupBy(placesInUtc(), ({ windows }) => windows)]
    .sort(([one], [other]) => one === NO_ZONE ? 1 : other === NO_ZONE ? -1 : one.localeCompare(other, "en"))
    .flatMap(([windows, places]) =>
      [...Map.groupBy(places, ({ when }) => when)].map(([when, some]) =>
        `| ${windows} | ${some.map(({ place }) => place).sort().join(", ")} | ${when} |`
      )
    );
  return await formatted(
    `# Time zones that Outlook gets in UTC

<!-- Written by npm run generate. -->

Microsoft Graph takes a wall-clock time and the name of a zone, and knows Windows' zones rather than IANA's. Where somebody may
read another instant under that name, the event is written at the same instant in UTC. Outlook shows it in its
reader's own zone either way.

That is so where two editions of CLDR's mapping put a place into different Windows zones, where the clock of the Windows
zone differs from the place's at that time, where Windows has no rule for a clock that follows the moon, and where there is
no Windows zone. A time that the clock shows twice is written in UTC in every zone.

| Windows zone | Places | In UTC, 2024 to 2030 |
| - | - | - |
${rows.join("\n")}
`,
    "md",
  );
}

interface PlaceInUtc {
  readonly windows: string;
  readonly place: string;
  readonly when: string;
}

function placesInUtc(): readonly PlaceInUtc[] {
  const of_place = new Map(
    Object.entries(WINDOWS_ZONES).flatMap(([name, places]) =>
      places.split(" ").map((place): [string, string] => [place, name])
    ),
  );
  return Intl.supportedValuesOf("timeZone").flatMap((place) => {
    const names = [...new Set([of_place.get(place) ?? [], findWindows(place)[0] ?? []].flat())];
    const when = periodsInUtc(place, names);
    return place === "UTC" || when === null ? [] : [{ windows: names.join(" or ") || NO_ZONE, place, when }];
  });
}

/** @returns null where the place is never written in UTC, but for times that come twice */
function periodsInUtc(place: string, windows: readonly string[]): string | null {
  const clocks = [
    place,
    ...windows.flatMap((name) => [WINDOWS_ZONES[name]?.split(" ")[0] ?? [], findIana(name)[0] ?? []]),
  ]
    .flat();
  const probes = [FIRST, ...clocks.flatMap(changesOf)]
    .sort(Temporal.Instant.compare)
    .map((instant) => ({ instant, in_utc: isInUtc(place, instant.add(SETTLED)) }));
  if (probes.every(({ in_utc }) => !in_utc)) return null;
  if (probes.every(({ in_utc }) => in_utc)) return "always";
  const turns = probes.filter(({ in_utc }, index) => in_utc !== (probes[index - 1]?.in_utc ?? false));
  const days = turns.map(({ instant }) => instant.toZonedDateTimeISO(place).toPlainDate().toString());
  const periods: string[] = [];
  for (let index = 0; index < days.length; index += 2) {
    const [from, until] = days.slice(index, index + 2);
    periods.push(until === undefined ? `from ${from}` : `${from} to ${until}`);
  }
  return periods.join(", ");
}

function changesOf(clock: string): readonly Temporal.Instant[] {
  const changes: Temporal.Instant[] = [];
  let next = FIRST.toZonedDateTimeISO(clock).getTimeZoneTransition("next");
  while (next !== null && Temporal.Instant.compare(next.toInstant(), LAST) < 0) {
    changes.push(next.toInstant());
    next = next.getTimeZoneTransition("next");
  }
  return changes;
}

function isInUtc(place: string, instant: Temporal.Instant): boolean {
  const start = instant.toZonedDateTimeISO(place);
  const text = (time: Temporal.ZonedDateTime) =>
    time.toString({ timeZoneName: "never", smallestUnit: "second" });
  const time = graphTimeOf({
    kind: "timed",
    start: text(start),
    end: text(start.add({ minutes: 30 })),
    time_zone: place,
  });
  return time.start.timeZone === "UTC";
}
