import { type FormEvent, useId, useState } from "react";
import type { Feed, FeedRequest, FeedSettings } from "../api/types.ts";
import { useSurroundings } from "../context.ts";
import { Button } from "../ui/button.tsx";
import { ReminderList } from "../ui/reminder-list.tsx";
import { expiresAt, type Expiry, ExpiryField } from "./expiry-field.tsx";
import { ObligationTypesField } from "../ui/obligation-types-field.tsx";
import { useLateStrings } from "../use-late-strings.ts";

const NAME_MAX = 100;
const DEFAULTS: FeedSettings = {
  obligation_types: null,
  look_back_days: 90,
  look_ahead_days: null,
  reminders_minutes: [10_080, 1_440],
  completed_events: "keep",
};
const BACK_DAYS = [0, 30, 90, 365, 3_650];
const AHEAD_DAYS = [30, 90, 365, 3_650];
const NO_END = "all";

/** What a calendar link shows: a new one's, or that of one that there is. */
export function FeedForm({ feed, isWorking, onSubmit, onCancel }: {
  readonly feed: Feed | null;
  readonly isWorking: boolean;
  readonly onSubmit: (wanted: FeedRequest) => void;
  readonly onCancel: () => void;
}) {
  const { strings } = useSurroundings();
  const { feeds } = useLateStrings();
  const id = useId();
  const [name, setName] = useState(feed?.name ?? "");
  const [settings, setSettings] = useState(feed?.settings ?? DEFAULTS);
  const [expiry, setExpiry] = useState<Expiry>("as_is");
  const [isRefused, setRefused] = useState(false);
  const lacks_types = settings.obligation_types?.length === 0;
  const set = (change: Partial<FeedSettings>) => setSettings((before) => ({ ...before, ...change }));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const trimmed = name.trim();
    if (trimmed === "" || trimmed.length > NAME_MAX) {
      setRefused(true);
      document.getElementById(id)?.focus();
      return;
    }
    if (isWorking || lacks_types) return;
    onSubmit({
      name: trimmed,
      settings,
      ...(expiry === "as_is" ? {} : { expires_at: expiresAt(expiry, Date.now()) }),
    });
  };
  const withOwn = (days: readonly number[], own: number | null) =>
    own === null || days.includes(own) ? days : [...days, own].sort((a, b) => a - b);

  return (
    <form className="ec-form" noValidate onSubmit={submit}>
      <div className="ec-field">
        <label htmlFor={id}>{feeds.name}</label>
        <input
          id={id}
          autoFocus
          className="ec-input ec-wide"
          value={name}
          aria-describedby={`${id}-hint`}
          aria-invalid={isRefused}
          onChange={({ target }) => {
            setName(target.value);
            setRefused(false);
          }}
        />
        <p
          id={`${id}-hint`}
          role={isRefused ? "alert" : undefined}
          className={`ec-small ${isRefused ? "ec-refused" : "ec-muted"}`}
        >
          {isRefused ? feeds.name_missing : feeds.name_hint}
        </p>
      </div>
      <ObligationTypesField
        types={settings.obligation_types}
        onChange={(obligation_types) => set({ obligation_types })}
      />
      <div className="ec-row ec-wrap ec-fields">
        <label className="ec-field">
          {feeds.look_back}
          <select
            className="ec-input"
            value={settings.look_back_days}
            onChange={({ target }) => set({ look_back_days: Number(target.value) })}
          >
            {withOwn(BACK_DAYS, settings.look_back_days).map((days) => (
              <option key={days} value={days}>{days === 0 ? feeds.no_past : feeds.days(days)}</option>
            ))}
          </select>
        </label>
        <label className="ec-field">
          {feeds.look_ahead}
          <select
            className="ec-input"
            value={settings.look_ahead_days ?? NO_END}
            onChange={({ target }) =>
              set({ look_ahead_days: target.value === NO_END ? null : Number(target.value) })}
          >
            <option value={NO_END}>{feeds.no_end}</option>
            {withOwn(AHEAD_DAYS, settings.look_ahead_days).map((days) => (
              <option key={days} value={days}>{feeds.days(days)}</option>
            ))}
          </select>
        </label>
        <label className="ec-field">
          {feeds.completed}
          <select
            className="ec-input"
            value={settings.completed_events}
            onChange={({ target }) =>
              set({ completed_events: target.value === "remove" ? "remove" : "keep" })}
          >
            <option value="keep">{feeds.completed_keep}</option>
            <option value="remove">{feeds.completed_remove}</option>
          </select>
        </label>
        <ExpiryField expires_at={feed?.expires_at ?? null} value={expiry} onChange={setExpiry} />
      </div>
      <div role="group" aria-label={strings.reminders.label} className="ec-field">
        <div aria-hidden="true">{strings.reminders.label}</div>
        <ReminderList
          minutes={settings.reminders_minutes}
          onChange={(reminders_minutes) => set({ reminders_minutes })}
        />
      </div>
      <div className="ec-actions">
        <Button type="submit" look="primary" isWorking={isWorking}>
          {feed === null ? feeds.create_action : feeds.save}
        </Button>
        <Button onClick={onCancel}>{strings.cancel}</Button>
      </div>
    </form>
  );
}
