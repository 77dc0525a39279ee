import { CalendarSettings } from "@ecocomply/calendar-settings";
import "@ecocomply/calendar-settings/styles.css";
import { createClient } from "@supabase/supabase-js";
import { type FormEvent, StrictMode } from "react";
import { createRoot } from "react-dom/client";

const { VITE_SUPABASE_URL, VITE_SUPABASE_PUBLISHABLE_KEY } = import.meta.env;
const supabase = createClient(VITE_SUPABASE_URL, VITE_SUPABASE_PUBLISHABLE_KEY);

function signIn(event: FormEvent<HTMLFormElement>) {
  event.preventDefault();
  const form = new FormData(event.currentTarget);
  void supabase.auth.signInWithPassword({
    email: `${form.get("email")}`,
    password: `${form.get("password")}`,
  });
}

createRoot(document.getElementById("root") ?? document.body).render(
  <StrictMode>
    <main>
      <h1>Settings</h1>
      <form onSubmit={signIn}>
        <input name="email" type="email" aria-label="Email" />
        <input name="password" type="password" aria-label="Password" />
        <button type="submit">Sign in</button>
      </form>
      <CalendarSettings supabase={supabase} />
    </main>
  </StrictMode>,
);
