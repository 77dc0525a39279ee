import { logRequest } from "../_shared/platform/request-log.ts";
import { createServiceRpc } from "../_shared/platform/rpc.ts";
import { startFunction } from "../_shared/platform/start-function.ts";
import { readProviders } from "../_shared/providers/registry.ts";
import { answerFeed, type FeedContext } from "./answer.ts";

/** What stands for the path in the log: a path holds a token. */
const ROUTE = "/calendar-feed/:token";

const { env } = startFunction("calendar-feed", readProviders);
const context: FeedContext = {
  rpc: createServiceRpc(),
  domain: new URL(env.supabase_url).hostname,
  secret: env.state_secret.current,
};

Deno.serve((request) => logRequest(request, () => answerFeed(context, request), () => ROUTE));
