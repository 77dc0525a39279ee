import assert from "node:assert/strict";
import { join } from "node:path";
import { runSupabaseCli } from "../../../local/supabase-cli.ts";
import { type ManagementApi, startManagementApi } from "../deploy/management-api.ts";
import { REF, TOKEN } from "../deploy/shell.ts";
import type { HostProject } from "./host-project.ts";

/**
 * Deploys functions of a project with the Supabase CLI to a stand-in of the platform, as `npm run add` says.
 *
 * @param names as the command names them
 * @param uploads the folder that gets what is uploaded
 * @returns what the platform got
 */
export async function deployFunctions(
  host: HostProject,
  names: readonly string[],
  uploads: string,
): Promise<Pick<ManagementApi, "functions" | "refused">> {
  const api = startManagementApi({ ref: REF, token: TOKEN, uploads });
  try {
    const profile = join(uploads, "profile.yaml");
    await Deno.writeTextFile(
      profile,
      `name: stand-in\napi_url: ${api.url}\ndashboard_url: ${api.url}\nproject_host: example.com\n`,
    );
    const { success, stdout, stderr } = await runSupabaseCli(
      ["functions", "deploy", ...names, "--use-api", `--remote=${REF}`, "--yes", "--profile", profile],
      { project: host.folder, env: { HOME: uploads, SUPABASE_ACCESS_TOKEN: TOKEN } },
    );
    assert.ok(success, `${stdout}${stderr}`.slice(-2000));
    return api;
  } finally {
    await api.stop();
  }
}
