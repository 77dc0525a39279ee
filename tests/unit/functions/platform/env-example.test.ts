import assert from "node:assert/strict";
import { join } from "node:path";
import { ROOT } from "../../../../local/paths.ts";
import { readEnv, readMetricsSecret } from "../../../../supabase/functions/_shared/platform/env.ts";
import { readMailEnv } from "../../../../supabase/functions/_shared/platform/mail-env.ts";
import { readProviders } from "../../../../supabase/functions/_shared/providers/registry.ts";

const LINE = /^(?:# )?([A-Z][A-Z_]+)=(.*)$/gm;

/** As somebody fills it in. */
const FILLED: Readonly<Record<string, string>> = {
  SUPABASE_URL: "https://abcdefghijklmnopqrst.supabase.co",
  MICROSOFT_CLIENT_SECRET_EXPIRES_ON: "2028-11-30",
  CALENDAR_PUBLIC_URL: "https://api.example.com",
  CALENDAR_MAIL_FROM: "calendar@example.com",
  CALENDAR_ADMIN_EMAIL: "ops@example.com",
};

Deno.test("the example of the environment, filled in, is one that every function starts with", async () => {
  const text = await Deno.readTextFile(join(ROOT, "supabase/functions/calendar.env.example"));
  const values = new Map(
    [...text.matchAll(LINE)].map(([, name = "", value = ""]) =>
      [
        name,
        FILLED[name] ?? (value === "" ? `${name} `.repeat(2).trim().replaceAll(" ", "-") : value),
      ] as const
    ),
  );
  const asked = new Set<string>();
  const get = (name: string) => {
    asked.add(name);
    return values.get(name) ?? FILLED[name];
  };
  const { problems, value: providers } = readProviders(get);
  const mail = readMailEnv(get);
  readEnv(get, [...problems, ...mail.problems]);
  readMetricsSecret(get);
  assert.ok(providers.has("google") && providers.has("outlook"));
  assert.ok(mail.value.sending);
  assert.deepEqual([...values.keys()].filter((name) => !asked.has(name)), [], "variables that nobody reads");
});
