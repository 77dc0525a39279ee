import { useId, useState } from "react";
import type { Preferences } from "../api/types.ts";
import { useSurroundings } from "../context.ts";
import { usePreferenceChange } from "../preferences/use-preference-change.ts";
import { browserTimeZone, usePreferences } from "../preferences/use-preferences.ts";
import { Button } from "../ui/button.tsx";
import { NotLoaded } from "../ui/not-loaded.tsx";
import { TimeField } from "../ui/time-field.tsx";
import { useLateStrings } from "../use-late-strings.ts";
import { TabHead } from "./tab-head.tsx";

/** What holds for everything of a user's. */
export default function GeneralTab() {
  const { strings } = useSurroundings();
  const { general } = useLateStrings();
  const preferences = usePreferences();
  return (
    <>
      <TabHead heading={general.heading} introduction={general.introduction} />
      {preferences.data !== undefined
        ? <Choices preferences={preferences.data} />
        : preferences.isError
        ? (
          <NotLoaded
            words={general.failed}
            error={preferences.error}
            onRepeat={() => void preferences.refetch()}
          />
        )
        : <p role="status" className="ec-muted">{strings.loading_part}</p>}
    </>
  );
}

function Choices({ preferences }: { readonly preferences: Preferences }) {
  const { general } = useLateStrings();
  const { change } = usePreferenceChange(preferences);
  const id = useId();
  return (
    <div className="ec-card">
      <TimeZone
        preferences={preferences}
        onChange={(time_zone) => change({ time_zone }, general.time_zone_changed(nameOf(time_zone)))}
      />
      <div className="ec-setting">
        <label className="ec-field">
          {general.reminder_time}
          <TimeField
            time={preferences.all_day_reminder_time}
            described_by={`${id}-hint`}
            onChange={(all_day_reminder_time) =>
              change({ all_day_reminder_time }, general.reminder_time_changed(all_day_reminder_time))}
          />
        </label>
        <p id={`${id}-hint`} className="ec-small ec-muted">{general.reminder_time_hint}</p>
      </div>
    </div>
  );
}

function TimeZone({ preferences: { time_zone }, onChange }: {
  readonly preferences: Preferences;
  readonly onChange: (time_zone: string) => void;
}) {
  const { general } = useLateStrings();
  const id = useId();
  const browser = browserTimeZone();
  const shown = time_zone ?? browser ?? "UTC";
  const [regions] = useState(() => zonesByRegion([shown, ...browser === undefined ? [] : [browser]]));
  return (
    <div tabIndex={-1} className="ec-field">
      <label htmlFor={`${id}-zone`}>{general.time_zone}</label>
      <select
        id={`${id}-zone`}
        className="ec-input ec-wide"
        aria-describedby={`${id}-hint`}
        value={shown}
        onChange={({ target }) => onChange(target.value)}
      >
        {[...regions].map(([region, zones]) => (
          <optgroup key={region} label={region === "" ? general.other_zones : region}>
            {zones.map((zone) => <option key={zone} value={zone}>{nameOf(zone)}</option>)}
          </optgroup>
        ))}
      </select>
      <p id={`${id}-hint`} className="ec-small ec-muted">{general.time_zone_hint}</p>
      {browser === undefined || browser === shown
        ? null
        : (
          <Button look="quiet" className="ec-inline" onClick={() => onChange(browser)}>
            {general.time_zone_browser(nameOf(browser))}
          </Button>
        )}
    </div>
  );
}

/** As people write it: without what computers need. */
function nameOf(zone: string): string {
  return zone.replaceAll("_", " ");
}

/**
 * The time zones that this browser knows, by the first part of their names.
 *
 * @param others names that have to be among them; a browser and a database may call a zone by different names
 */
function zonesByRegion(others: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const zones = [...new Set([...Intl.supportedValuesOf("timeZone"), "UTC", ...others])].sort();
  const regions = new Map<string, readonly string[]>();
  for (const zone of zones.filter((name) => name.includes("/"))) {
    const region = zone.slice(0, zone.indexOf("/"));
    regions.set(region, [...regions.get(region) ?? [], zone]);
  }
  return regions.set("", zones.filter((name) => !name.includes("/")));
}
