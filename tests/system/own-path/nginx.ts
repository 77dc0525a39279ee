// nginx with the block of docs/deploy/install.md as it stands there. Only the project is ours: its name leads to this machine, over TLS.
import assert from "node:assert/strict";
import { join } from "node:path";
import { freePort } from "../../../local/free-port.ts";
import { until } from "../../support/calendar-api.ts";
import { createAuthority, selfSigned } from "../../support/certificates.ts";
import { examplesOf, examplesUnder } from "../../support/doc-examples.ts";
import { checkOwnPath } from "../../support/own-path.ts";
import { relayTo } from "../../support/relay.ts";
import { openScene } from "../../support/scene.ts";

const NGINX = "/usr/sbin/nginx";
const REF = "abcdefghijklmnopqrst";
const PROJECT = `${REF}.supabase.co`;
const SYSTEM_AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt";

Deno.test({
  name: "nginx offers the Calendar API at the application's own path",
  // The stack's servers and connections outlive a step, and end with the scene.
  sanitizeOps: false,
  sanitizeResources: false,
}, async (t) => {
  const [block = ""] = examplesUnder(await examplesOf("docs/deploy/install.md"), "Your own path", "nginx");
  const folder = await Deno.makeTempDir({ prefix: "ecocomply-nginx-" });
  const authority = await createAuthority();
  const requests: Request[] = [];
  const scene = await openScene("google", {}, { record: (request) => void requests.push(request) });
  try {
    await Deno.writeTextFile(join(folder, "authority.pem"), authority.cert);
    assert.ok(block.includes(SYSTEM_AUTHORITIES));
    const located = block.replaceAll("<ref>", REF).replace(SYSTEM_AUTHORITIES, join(folder, "authority.pem"));
    const gateway = Number(new URL(scene.stack.apiUrl).port);

    {
      const listener = Deno.listenTls({ hostname: "127.0.0.1", port: 0, ...await authority.issue(PROJECT) });
      using _project = relayTo(gateway, listener);
      await using nginx = await startNginx(join(folder, "good"), located, listener.addr.port);
      const { url } = nginx;
      await checkOwnPath(t, scene, { url, redirect_to: scene.redirect_to, keeps_cookies: true, requests });
    }

    await t.step("it sends nothing to whoever is not proved to be the project", async () => {
      const listener = Deno.listenTls({ hostname: "127.0.0.1", port: 0, ...await selfSigned(PROJECT) });
      using _other = relayTo(gateway, listener);
      await using nginx = await startNginx(join(folder, "bad"), located, listener.addr.port);
      const count = requests.length;
      const answer = await fetch(`${nginx.url}/api/v1/integrations/calendar/status`);
      assert.equal(answer.status, 502, await answer.text());
      // The platform has calls of its own.
      assert.deepEqual(requests.slice(count).filter(({ url }) => url.includes("/calendar/status")), []);
    });
  } finally {
    await scene.close();
    await Deno.remove(folder, { recursive: true });
  }
});

interface RunningNginx extends AsyncDisposable {
  readonly url: string;
}

/**
 * Starts nginx with one server.
 *
 * @param folder for all that it writes
 * @param block what the server has
 * @param project_port where the project is, on this machine
 */
async function startNginx(folder: string, block: string, project_port: number): Promise<RunningNginx> {
  const port = freePort();
  await Deno.mkdir(folder);
  const own_files = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((kind) => `${kind}_temp_path ${folder}/${kind};`);
  const settings = join(folder, "nginx.conf");
  await Deno.writeTextFile(
    settings,
    `user root;
daemon off;
pid ${folder}/pid;
error_log ${folder}/error.log;
events {}
http {
  access_log off;
  ${own_files.join("\n  ")}
  upstream ${PROJECT} { server 127.0.0.1:${project_port}; }
  server {
    listen 127.0.0.1:${port};
    location / { return 404; }
${block}
  }
}
`,
  );
  const process = new Deno.Command(NGINX, {
    args: ["-p", folder, "-c", settings, "-e", `${folder}/error.log`],
  }).spawn();
  const url = `http://127.0.0.1:${port}`;
  await until(
    () => fetch(`${url}/elsewhere`).then((answer) => answer.body?.cancel().then(() => true), () => false),
    undefined,
    () => Deno.readTextFile(`${folder}/error.log`),
  );
  return {
    url,
    async [Symbol.asyncDispose]() {
      process.kill("SIGTERM");
      await process.status;
    },
  };
}
