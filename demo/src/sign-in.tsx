import { useState } from "react";
import type { DemoUser } from "./config.ts";
import { Logo } from "./icons.tsx";
import type { Supabase } from "./supabase.ts";

/** A button for each demo user: this page knows their passwords. */
export function SignIn(
  { supabase, users }: { readonly supabase: Supabase; readonly users: readonly DemoUser[] },
) {
  const [problem, setProblem] = useState("");
  const [isWorking, setWorking] = useState(false);
  const signIn = async ({ email, password }: DemoUser) => {
    if (isWorking) return;
    setWorking(true);
    setProblem("");
    const { error } = await supabase.auth.signInWithPassword({ email, password });
    setWorking(false);
    if (error) setProblem("You could not be signed in. Reload the page and try again.");
  };
  return (
    <main className="demo-sign-in">
      <h1>
        <Logo /> EcoComply <span className="demo-tag">demo</span>
      </h1>
      <p>Change a deadline and watch it change in the calendar beside it, a second later.</p>
      <div className="demo-actions">
        {users.map((user) => (
          <button
            key={user.email}
            type="button"
            className="demo-button demo-primary"
            aria-disabled={isWorking}
            onClick={() => void signIn(user)}
          >
            <span className="demo-face" aria-hidden="true">{user.email.charAt(0).toUpperCase()}</span>
            Sign in as {user.email}
          </button>
        ))}
      </div>
      <p role="alert">{problem}</p>
      <p className="demo-hint">
        Everything runs on this machine: database, functions and three emulated calendar providers.
      </p>
    </main>
  );
}
