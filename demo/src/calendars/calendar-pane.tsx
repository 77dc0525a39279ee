import { type ReactNode, useState } from "react";
import type { EmulatedCalendars } from "../config.ts";
import type { Supabase } from "../supabase.ts";
import { useAccounts } from "./use-accounts.ts";

/**
 * The page of one emulator in a frame. It draws itself anew with each change of its calendars. Until somebody chooses one, it is
 * that of the account that was connected last.
 *
 * @param props.email of the user, whose accounts have the same address at every emulator
 */
export function CalendarPane({ supabase, calendars, email }: {
  readonly supabase: Supabase;
  readonly calendars: readonly EmulatedCalendars[];
  readonly email: string;
}) {
  const accounts = useAccounts(supabase) ?? [];
  const [chosen, choose] = useState<string>();
  const connected = accounts.find(({ provider }) => calendars.some((one) => one.provider === provider));
  const provider = chosen ?? connected?.provider ?? calendars[0]?.provider;
  const shown = calendars.find((one) => one.provider === provider);
  if (shown === undefined) {
    return <Heading>No emulator runs: look at the calendars of your providers.</Heading>;
  }
  const account = accounts.find((one) => one.provider === shown.provider)?.account_email;
  return (
    <>
      <Heading>
        {account ? <span className="demo-live">Live: it changes by itself.</span> : (
          <>
            Nothing is connected here yet. <a href="#settings">Connect a calendar</a>
          </>
        )}
      </Heading>
      <div className="demo-choice" role="group" aria-label="Provider">
        {calendars.map((one) => (
          <button
            key={one.provider}
            type="button"
            aria-pressed={one === shown}
            onClick={() => choose(one.provider)}
          >
            {one.name}
          </button>
        ))}
      </div>
      <iframe
        className="demo-frame"
        title={`${shown.name}, emulated`}
        src={`${shown.url}/?account=${encodeURIComponent(account ?? email)}`}
      />
    </>
  );
}

function Heading({ children }: { readonly children: ReactNode }) {
  return (
    <div className="demo-title">
      <h2 id="calendars-heading">Calendars</h2>
      <p className="demo-hint">{children}</p>
    </div>
  );
}
