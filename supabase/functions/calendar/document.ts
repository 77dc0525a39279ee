import { OpenAPIHono } from "@hono/zod-openapi";
import { VERSION } from "../_shared/platform/version.ts";
import { type Opener, openerOf } from "./key-scopes.ts";
import * as connecting from "./routes/connecting.ts";
import * as feeds from "./routes/feeds.ts";
import * as integrations from "./routes/integrations.ts";
import * as notices from "./routes/notices.ts";
import * as keys from "./routes/keys.ts";
import * as obligations from "./routes/obligations.ts";
import * as preferences from "./routes/preferences.ts";
import * as proposals from "./routes/proposals.ts";
import * as test_events from "./routes/test-events.ts";
import * as webhooks from "./routes/webhooks.ts";

/** Every call of the Calendar API that the document describes. */
export const ROUTES = [
  connecting,
  integrations,
  test_events,
  obligations,
  proposals,
  notices,
  feeds,
  preferences,
  keys,
  webhooks,
].flatMap((group) => Object.values(group));

type ApiDocument = ReturnType<OpenAPIHono["getOpenAPI31Document"]>;

/** The OpenAPI 3.1 document, made of the same schemas that read requests and check answers. */
export function apiDocument(): ApiDocument {
  const app = new OpenAPIHono();
  app.openAPIRegistry.registerComponent("securitySchemes", "apikey", {
    type: "apiKey",
    in: "header",
    name: "apikey",
    description: "The project's publishable key.",
  });
  app.openAPIRegistry.registerComponent("securitySchemes", "user", {
    type: "http",
    scheme: "bearer",
    bearerFormat: "JWT",
    description: "The access token of the signed-in user (Supabase Auth).",
  });
  app.openAPIRegistry.registerComponent("securitySchemes", "key", {
    type: "http",
    scheme: "bearer",
    bearerFormat: "eck_live_…",
    description:
      "An API key of the user, for programs; the name beside it is the scope that the key has to have.",
  });
  for (const route of ROUTES) {
    const { method, path, security } = route;
    app.openAPIRegistry.registerPath({
      ...route,
      security: [...security, ...withKey(openerOf(method, path))],
    });
  }
  return app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "EcoComply calendar",
      version: VERSION,
      description: "Connects users' calendars, says how they are doing and lets users decide.",
      license: { name: "MIT" },
    },
    servers: [{
      url: "{supabase_url}/functions/v1/calendar",
      variables: {
        supabase_url: { default: "http://127.0.0.1:54321", description: "The project's URL." },
      },
    }],
    tags: [
      { name: "Connecting", description: "Accounts come and go." },
      { name: "Integrations", description: "Accounts that are connected, and their calendars." },
      { name: "Obligations", description: "What became of single obligations." },
      { name: "Proposals", description: "What users decide of deadlines that they moved in a calendar." },
      { name: "Notices", description: "What users are told, on the page and by mail." },
      { name: "Feeds", description: "Addresses at which calendar applications read a user's deadlines." },
      { name: "Preferences", description: "What a user chose once for everything." },
      { name: "Keys", description: "API keys, with which programs call for a user." },
      { name: "Webhooks", description: "Addresses that are told what happens to a user's calendars." },
    ],
  });
}

function withKey(opener: Opener | undefined) {
  return opener === undefined || opener === "people" ? [] : [{ key: [opener] }];
}
