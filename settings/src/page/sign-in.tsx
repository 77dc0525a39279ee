import { type FormEvent, useState } from "react";
import type { Supabase } from "../api/supabase.ts";
import type { SettingsConfig } from "./config.ts";
import type { PageStrings } from "./strings.ts";

/** Signs in with e-mail and password; a demo user's are filled in where there is one. */
export default function SignIn({ supabase, demoUsers, words, is_returning }: {
  readonly supabase: Supabase;
  readonly demoUsers: SettingsConfig["demoUsers"];
  readonly words: PageStrings;
  /** Comes back from a consent page without a session. */
  readonly is_returning: boolean;
}) {
  const [email, setEmail] = useState(demoUsers[0]?.email ?? "");
  const [password, setPassword] = useState(demoUsers[0]?.password ?? "");
  const [problem, setProblem] = useState<string | null>(null);
  const [isWorking, setWorking] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (isWorking) return;
    setWorking(true);
    setProblem(null);
    const { error } = await supabase.auth.signInWithPassword({ email, password });
    setWorking(false);
    if (error) setProblem(error.code === "invalid_credentials" ? words.refused : words.unreachable);
  };
  return (
    <main className="page-sign-in">
      <h2>{is_returning ? words.sign_in_to_finish : words.sign_in}</h2>
      <form onSubmit={(event) => void submit(event)}>
        <label>
          {words.email}
          <input
            type="email"
            name="email"
            autoComplete="username"
            required
            value={email}
            onChange={({ target }) => setEmail(target.value)}
          />
        </label>
        <label>
          {words.password}
          <input
            type="password"
            name="password"
            autoComplete="current-password"
            required
            value={password}
            onChange={({ target }) => setPassword(target.value)}
          />
        </label>
        <p role="alert" className="page-problem">{problem}</p>
        <button type="submit" aria-disabled={isWorking}>{words.sign_in}</button>
      </form>
      {demoUsers.length === 0 ? null : (
        <div className="page-demo">
          <p>{words.demo}</p>
          {demoUsers.map((user) => (
            <button
              key={user.email}
              type="button"
              className="page-link"
              onClick={() => {
                setEmail(user.email);
                setPassword(user.password);
              }}
            >
              {user.email}
            </button>
          ))}
        </div>
      )}
    </main>
  );
}
