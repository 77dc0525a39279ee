import { Hono } from "hono";
import type { Pool } from "../postgres/pool.ts";
import { z } from "zod";
import type { ProjectKeys } from "./keys.ts";

const EXPIRES_IN_S = 3600;
const Password = z.object({ email: z.string(), password: z.string() });

/** `/auth/v1`: password sign-in and the keys, with Supabase Auth's shapes. */
export function authRoutes(options: {
  /** A superuser's connection. */
  readonly pool: Pool;
  readonly keys: ProjectKeys;
  apiUrl(): string;
}): Hono {
  const { pool, keys } = options;
  const issuer = () => `${options.apiUrl()}/auth/v1`;
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
    if (c.req.query("grant_type") !== "password") {
      return c.json({
        code: 400,
        error_code: "unsupported_grant_type",
        msg: "Only grant_type=password here.",
      }, 400);
    }
    const body = Password.safeParse(await c.req.json().catch(() => null));
    const [user] = body.success
      ? await pool.sql<{ id: string; email: string; created_at: Date }[]>`
        select id, email, created_at from auth.users
        where lower(email) = lower(${body.data.email})
          and encrypted_password = extensions.crypt(${body.data.password}, encrypted_password)`
      : [];
    if (!user) {
      return c.json({ code: 400, error_code: "invalid_credentials", msg: "Invalid login credentials" }, 400);
    }
    return c.json({
      access_token: await keys.signAccessToken(user, issuer()),
      token_type: "bearer",
      expires_in: EXPIRES_IN_S,
      expires_at: Math.floor(Date.now() / 1000) + EXPIRES_IN_S,
      refresh_token: crypto.randomUUID(),
      user: {
        id: user.id,
        aud: "authenticated",
        role: "authenticated",
        email: user.email,
        created_at: user.created_at,
      },
    });
  });

  app.get("/user", async (c) => {
    const token = c.req.header("authorization")?.replace(/^Bearer /i, "") ?? "";
    const claims = await keys.verifyAccessToken(token);
    if (claims === null) return c.json({ code: 403, error_code: "bad_jwt", msg: "invalid JWT" }, 403);
    return c.json({ id: claims.sub, aud: "authenticated", role: claims.role, email: claims["email"] });
  });

  return app;
}
