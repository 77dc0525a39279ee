import { readEnv } from "../_shared/platform/env.ts";
import { createServiceRpc } from "../_shared/platform/rpc.ts";
import { answerFeed, type FeedContext } from "./answer.ts";

const env = readEnv();
const context: FeedContext = {
  rpc: createServiceRpc(),
  domain: new URL(env.supabase_url).hostname,
  secret: env.state_secret.current,
};

Deno.serve((request) => answerFeed(context, request));
