/** How a receiver checks that a call comes from here, ready to run. Each listens on port 8080, or on `PORT`. */
export const SNIPPETS = {
  Node: `// npm install standardwebhooks
import { createServer } from "node:http";
import { Webhook } from "standardwebhooks";

const webhook = new Webhook(process.env.CALENDAR_WEBHOOK_SECRET);

createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  try {
    const event = webhook.verify(Buffer.concat(chunks).toString(), request.headers);
    console.log(event.type, event.data);
    response.writeHead(204).end();
  } catch {
    response.writeHead(401).end();
  }
}).listen(Number(process.env.PORT ?? 8080));
`,
  Deno: `import { Webhook } from "npm:standardwebhooks";

const webhook = new Webhook(Deno.env.get("CALENDAR_WEBHOOK_SECRET"));

Deno.serve({ port: Number(Deno.env.get("PORT") ?? 8080) }, async (request) => {
  try {
    const event = webhook.verify(await request.text(), Object.fromEntries(request.headers));
    console.log(event.type, event.data);
    return new Response(null, { status: 204 });
  } catch {
    return new Response(null, { status: 401 });
  }
});
`,
  Python: `import base64, hashlib, hmac, json, os, time
from http.server import BaseHTTPRequestHandler, HTTPServer

SECRET = base64.b64decode(os.environ["CALENDAR_WEBHOOK_SECRET"].removeprefix("whsec_"))


def verify(headers, body):
    event_id, sent_at = headers["webhook-id"], headers["webhook-timestamp"]
    if abs(time.time() - int(sent_at)) > 300:
        raise ValueError("too old")
    signed = f"{event_id}.{sent_at}.".encode() + body
    digest = hmac.new(SECRET, signed, hashlib.sha256).digest()
    expected = "v1," + base64.b64encode(digest).decode()
    given = headers["webhook-signature"].split()
    if not any(hmac.compare_digest(expected, one) for one in given):
        raise ValueError("the signature does not fit")
    return json.loads(body)


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        try:
            event = verify(self.headers, body)
            print(event["type"], event["data"])
            self.send_response(204)
        except (KeyError, TypeError, ValueError):
            self.send_response(401)
        self.end_headers()


HTTPServer(("", int(os.environ.get("PORT", "8080"))), Receiver).serve_forever()
`,
} as const;
