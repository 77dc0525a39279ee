import { createTokenCheck } from "../_shared/platform/channel-token.ts";
import { createMetricsFlusher } from "../_shared/platform/flush-metrics.ts";
import { metrics } from "../_shared/platform/metrics.ts";
import { logRequest, REQUEST_ID_HEADER } from "../_shared/platform/request-log.ts";
import { createServiceRpc } from "../_shared/platform/rpc.ts";
import { startFunction } from "../_shared/platform/start-function.ts";
import { NOTIFICATION_READERS } from "../_shared/providers/notification-readers.ts";
import { createAdmissions } from "./admission.ts";
import { answerNotification } from "./answer.ts";

// Providers count answers that take long against everybody's calls, those of a start too: so no provider's client is imported.
const { env } = startFunction("calendar-webhook", () => ({ value: new Map(), problems: [] }));
const rpc = createServiceRpc();
const flushMetrics = createMetricsFlusher(metrics, rpc);
const context = {
  rpc,
  readers: NOTIFICATION_READERS,
  admissions: createAdmissions(),
  isOurToken: createTokenCheck(env.state_secret.accepted),
};

Deno.serve(async (request) => {
  const path = new URL(request.url).pathname.replace(/^.*?\/calendar-webhook\/?/, "").replace(/\/$/, "");
  const is_known = NOTIFICATION_READERS.some((reader) => reader.path === path);
  const answer = await logRequest(
    request,
    () => answerNotification(context, request, path),
    () => is_known ? `/calendar-webhook/${path}` : null,
    "debug",
  );
  // The same bytes for everybody.
  answer.headers.delete(REQUEST_ID_HEADER);
  flushMetrics();
  return answer;
});
