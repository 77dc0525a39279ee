"use client";

import { CalendarSettings } from "@ecocomply/calendar-settings";
import { createClient } from "@supabase/supabase-js";
import { type FormEvent, useState } from "react";

export function Host({ url, publishableKey }: { readonly url: string; readonly publishableKey: string }) {
  const [supabase] = useState(() => createClient(url, publishableKey));
  const signIn = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    void supabase.auth.signInWithPassword({
      email: `${form.get("email")}`,
      password: `${form.get("password")}`,
    });
  };
  return (
    <main>
      <h1>Settings</h1>
      <form onSubmit={signIn}>
        <input name="email" type="email" aria-label="Email" />
        <input name="password" type="password" aria-label="Password" />
        <button type="submit">Sign in</button>
      </form>
      <CalendarSettings supabase={supabase} />
    </main>
  );
}
