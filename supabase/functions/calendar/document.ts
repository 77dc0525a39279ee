import { OpenAPIHono } from "@hono/zod-openapi";
import * as connecting from "./routes/connecting.ts";
import * as feeds from "./routes/feeds.ts";
import * as integrations from "./routes/integrations.ts";
import * as obligations from "./routes/obligations.ts";

/** Of the API; a change that breaks a caller raises the first number. */
const VERSION = "1.0.0";

/** Every call of the Calendar API that the document describes. */
export const ROUTES = [connecting, integrations, obligations, feeds].flatMap((group) => Object.values(group));

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
  for (const route of ROUTES) app.openAPIRegistry.registerPath(route);
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
      { name: "Feeds", description: "Addresses at which calendar applications read a user's deadlines." },
    ],
  });
}
