import { useLateStrings } from "../use-late-strings.ts";
import { Notice } from "../ui/notice.tsx";
import { useAttemptWords } from "./use-attempt-words.ts";
import { useDeliveries } from "./use-webhooks.ts";

/** Whether a test arrived, as soon as it is known. */
export function TestResult({ webhook_id, delivery_id }: {
  readonly webhook_id: string;
  readonly delivery_id: string;
}) {
  const { webhooks: words } = useLateStrings();
  const attemptWords = useAttemptWords();
  const delivery = useDeliveries(webhook_id).data?.find(({ id }) => id === delivery_id);
  const attempt = delivery?.attempts.at(-1);
  if (attempt === undefined) {
    return (
      <Notice tone="info" role="status">
        <span className="ec-spinner" aria-hidden="true" /> {words.test_sending}
      </Notice>
    );
  }
  return delivery?.state === "delivered"
    ? <Notice tone="good" role="status">{words.test_delivered(String(attempt.status))}</Notice>
    : <Notice tone="bad" role="status">{words.test_failed(attemptWords(attempt))}</Notice>;
}
