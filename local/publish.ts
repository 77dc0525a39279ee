// node local/run.mjs local/publish.ts [arguments of npm publish]: both packages. In GitHub's workflow its repository is their address.
import { publishPackages } from "./release/publish.ts";

const [server, repository] = [Deno.env.get("GITHUB_SERVER_URL"), Deno.env.get("GITHUB_REPOSITORY")];
try {
  const published = await publishPackages({
    repository: server && repository ? `${server}/${repository}` : null,
    arguments: Deno.args,
  });
  for (const { name, version, outcome } of published) console.log(`${name} ${version}: ${outcome}`);
} catch (error: unknown) {
  console.error(`publish: ${error instanceof Error ? error.message : "failed"}`);
  Deno.exit(1);
}
Deno.exit(0);
