import { type Context, Hono } from "hono";
import type { Sql } from "postgres";
import type { Pool } from "../postgres/pool.ts";
import { z } from "zod";
import type { ProjectKeys } from "./keys.ts";
import { type Session, Sessions } from "./sessions.ts";

const Password = z.object({ email: z.string(), password: z.string() });
const Refresh = z.object({ refresh_token: z.string() });
const Scope = z.enum(["global", "local", "others"]).catch("global");

interface User {
  readonly id: string;
  readonly email: string;
  readonly created_at: Date;
  readonly updated_at: Date;
}

/** `/auth/v1`: sign-in with a password, sessions and the keys, with Supabase Auth's shapes. */
export function authRoutes(options: {
  /** A superuser's connection. */
  readonly pool: Pool;
  readonly keys: ProjectKeys;
  apiUrl(): string;
}): Hono {
  const { pool, keys } = options;
  const issuer = () => `${options.apiUrl()}/auth/v1`;
  const sessions = new Sessions();
  const app = new Hono();

  app.get("/.well-known/jwks.json", (c) => c.json(keys.jwks));

  app.use(async (c, next) => {
    const apikey = c.req.header("apikey");
    if (apikey !== keys.publishable && apikey !== keys.secret) {
      return c.json(
        { message: "Invalid API key", hint: "Send the publishable key in the header apikey." },
        401,
      );
    }
    await next();
  });

  app.post("/token", async (c) => {
    const body: unknown = await c.req.json().catch(() => null);
    switch (c.req.query("grant_type")) {
      case "password":
        return await signIn(c, body);
      case "refresh_token":
        return await refresh(c, body);
      default:
        return refused(c, 400, "unsupported_grant_type", "Only grant_type=password and refresh_token here.");
    }
  });

  app.get("/user", async (c) => {
    const session = await sessionOf(c);
    if (session.kind === "refused") return session.answer;
    const user = await userOf(pool.sql, session.user_id);
    return user === null
      ? refused(c, 403, "user_not_found", "User from sub claim in JWT does not exist")
      : c.json(presented(user));
  });

  app.post("/logout", async (c) => {
    const session = await sessionOf(c);
    if (session.kind === "refused") return session.answer;
    sessions.signOut(session.id, Scope.parse(c.req.query("scope")));
    return c.body(null, 204);
  });

  return app;

  async function signIn(c: Context, body: unknown): Promise<Response> {
    const given = Password.safeParse(body);
    const [user] = given.success
      ? await pool.sql<User[]>`
        select id, email, created_at, updated_at from auth.users
        where lower(email) = lower(${given.data.email})
          and encrypted_password = extensions.crypt(${given.data.password}, encrypted_password)`
      : [];
    if (!user) return refused(c, 400, "invalid_credentials", "Invalid login credentials");
    const { session, refresh_token } = sessions.begin(user.id);
    return await granted(c, user, session, refresh_token);
  }

  async function refresh(c: Context, body: unknown): Promise<Response> {
    const given = Refresh.safeParse(body);
    const refreshed = given.success
      ? sessions.refresh(given.data.refresh_token)
      : { kind: "unknown" } as const;
    if (refreshed.kind === "already_used") {
      return refused(c, 400, "refresh_token_already_used", "Invalid Refresh Token: Already Used");
    }
    const user = refreshed.kind === "refreshed" ? await userOf(pool.sql, refreshed.session.user_id) : null;
    if (refreshed.kind === "unknown" || user === null) {
      return refused(c, 400, "refresh_token_not_found", "Invalid Refresh Token: Refresh Token Not Found");
    }
    return await granted(c, user, refreshed.session, refreshed.refresh_token);
  }

  async function granted(c: Context, user: User, session: Session, refresh_token: string): Promise<Response> {
    const access_token = await keys.signAccessToken({ ...user, session_id: session.id }, issuer());
    return c.json({
      access_token,
      token_type: "bearer",
      expires_in: keys.access_token_lifetime_s,
      expires_at: Math.floor(Date.now() / 1000) + keys.access_token_lifetime_s,
      refresh_token,
      user: presented(user),
    });
  }

  async function sessionOf(
    c: Context,
  ): Promise<
    { readonly kind: "session" } & Session | { readonly kind: "refused"; readonly answer: Response }
  > {
    const token = c.req.header("authorization")?.replace(/^Bearer /i, "") ?? "";
    const claims = await keys.verifyAccessToken(token);
    if (claims === null) return { kind: "refused", answer: refused(c, 403, "bad_jwt", "invalid JWT") };
    if (claims.session_id === undefined || !sessions.has(claims.session_id)) {
      const message = "Session from session_id claim in JWT does not exist";
      return { kind: "refused", answer: refused(c, 403, "session_not_found", message) };
    }
    return { kind: "session", id: claims.session_id, user_id: claims.sub };
  }
}

async function userOf(sql: Sql, id: string): Promise<User | null> {
  const [user] = await sql<User[]>`
    select id, email, created_at, updated_at from auth.users where id = ${id}`;
  return user ?? null;
}

/** As supabase-js's `User` has it. */
function presented({ id, email, created_at, updated_at }: User) {
  return {
    id,
    aud: "authenticated",
    role: "authenticated",
    email,
    email_confirmed_at: created_at,
    phone: "",
    app_metadata: { provider: "email", providers: ["email"] },
    user_metadata: {},
    identities: [],
    created_at,
    updated_at,
    is_anonymous: false,
  };
}

function refused(c: Context, code: 400 | 403, error_code: string, msg: string): Response {
  return c.json({ code, error_code, msg }, code);
}
