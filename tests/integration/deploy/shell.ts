import assert from "node:assert/strict";
import { join } from "node:path";
import { ROOT } from "../../../local/paths.ts";
import type { ManagementApi } from "./management-api.ts";

/** A linked project of the stand-in. */
export const REF = "abcdefghijklmnopqrst";
/** Of the form that the CLI asks for, and no token. */
export const TOKEN = `sbp_${"0".repeat(40)}`;

/**
 * Runs an example in a shell in which `npx supabase` is the pinned CLI, talks to the stand-in, and says yes. No password is
 * asked for and no browser opened: `login` does nothing, and the linked database is the one at the given URL.
 *
 * @param options.placeholders what stands for `<…>` in the page, besides those of every page
 * @param options.prelude other functions of the shell
 * @returns runs one example, and gives what it printed
 */
export function shell(options: {
  readonly folder: string;
  readonly project: string;
  readonly api: ManagementApi;
  readonly database_url: string;
  readonly placeholders?: Readonly<Record<string, string>>;
  readonly prelude?: string;
}): (text: string) => Promise<string> {
  const { folder, project, api, database_url } = options;
  const profile = join(folder, "profile.yaml");
  Deno.writeTextFileSync(
    profile,
    ["name: stand-in", `api_url: ${api.url}`, `dashboard_url: ${api.url}`, "project_host: example.com"].join(
      "\n",
    ),
  );
  const prelude = `
    npm() { :; }
    openssl() { head -c 36 /dev/urandom | base64; }
    npx() {
      shift
      if [ "$1" = login ]; then return; fi
      "${join(ROOT, "node_modules/.bin/supabase")}" "$@" --yes --profile "${profile}"
    }
    ${options.prelude ?? ""}
  `;
  const placeholders = { "<ref>": REF, "<connection string>": database_url, ...options.placeholders };
  return async (text) => {
    let script = text;
    for (const [name, value] of Object.entries(placeholders)) script = script.replaceAll(name, value);
    script = script.replaceAll(/--remote(?=\s)/g, `--remote='${database_url}'`);
    assert.doesNotMatch(script, /<[a-z ]+>/, "a placeholder that the test does not know");
    const { success, stdout, stderr } = await new Deno.Command("sh", {
      args: ["-euc", prelude + script],
      cwd: project,
      env: {
        HOME: folder,
        SUPABASE_ACCESS_TOKEN: TOKEN,
        PGSSLMODE: "disable",
        DO_NOT_TRACK: "1",
        SUPABASE_TELEMETRY_DISABLED: "1",
        NO_COLOR: "1",
      },
      stdin: "null",
    }).output();
    const output = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    assert.ok(success, `${text}\n${output.slice(-2000)}`);
    return output;
  };
}
