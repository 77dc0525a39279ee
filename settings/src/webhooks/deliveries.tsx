import { useId } from "react";
import { useMoreApi } from "../api/more.ts";
import type { Delivery } from "../api/types.ts";
import { useSurroundings } from "../context.ts";
import { Button } from "../ui/button.tsx";
import { Distance } from "../ui/distance.tsx";
import { NotLoaded } from "../ui/not-loaded.tsx";
import type { Tone } from "../ui/notice.tsx";
import { useToast } from "../ui/toasts.tsx";
import { useLateErrorToast } from "../ui/use-late-error-toast.ts";
import { useLateStrings } from "../use-late-strings.ts";
import { useAttemptWords } from "./use-attempt-words.ts";
import { useDeliveries, useWebhookChange } from "./use-webhooks.ts";

const TONES: Readonly<Record<Delivery["state"], Tone>> = {
  pending: "info",
  retrying: "warning",
  delivered: "good",
  failed: "bad",
};

/** What was sent to a webhook, and what is waiting, newest first. */
export function Deliveries({ webhook_id }: { readonly webhook_id: string }) {
  const { strings } = useSurroundings();
  const { webhooks: words } = useLateStrings();
  const deliveries = useDeliveries(webhook_id);
  const id = useId();
  return (
    <section className="ec-fold" aria-labelledby={id}>
      <h3 id={id}>{words.deliveries}</h3>
      {deliveries.data === undefined
        ? deliveries.isError
          ? (
            <NotLoaded
              words={words.deliveries_failed}
              error={deliveries.error}
              onRepeat={() => void deliveries.refetch()}
            />
          )
          : <p role="status" className="ec-muted">{strings.loading_part}</p>
        : deliveries.data.length === 0
        ? <p className="ec-muted">{words.no_deliveries}</p>
        : (
          <ul className="ec-rows">
            {deliveries.data.map((delivery) => (
              <DeliveryRow key={delivery.id} webhook_id={webhook_id} delivery={delivery} />
            ))}
          </ul>
        )}
    </section>
  );
}

function DeliveryRow({ webhook_id, delivery }: {
  readonly webhook_id: string;
  readonly delivery: Delivery;
}) {
  const api = useMoreApi();
  const { webhooks: words } = useLateStrings();
  const attemptWords = useAttemptWords();
  const toast = useToast();
  const onError = useLateErrorToast(words.errors);
  const retry = useWebhookChange(api.retryDelivery);
  const { id, event_id, type, state, attempts, created_at, next_attempt_at } = delivery;
  const is_over = state === "delivered" || state === "failed";
  return (
    <li className="ec-row-item">
      <div>
        <div className="ec-row ec-wrap">
          <strong>{type}</strong>
          <span className={`ec-badge ec-tone-${TONES[state]}`}>
            <span className="ec-dot" aria-hidden="true" />
            {words.delivery_states[state]}
          </span>
        </div>
        <p className="ec-small ec-muted">
          <Distance instant={created_at} /> · {event_id}
          {next_attempt_at === null || is_over ? null : (
            <>
              {" · "}
              {words.next_attempt} <Distance instant={next_attempt_at} />
            </>
          )}
        </p>
        {attempts.length === 0 ? null : (
          <details className="ec-small">
            <summary>{words.attempts(attempts.length)}</summary>
            <ol className="ec-list">
              {attempts.map((attempt) => (
                <li key={attempt.at}>
                  <Distance instant={attempt.at} />: {attemptWords(attempt)}
                </li>
              ))}
            </ol>
          </details>
        )}
      </div>
      <Button
        look="quiet"
        aria-label={words.retry_named(type, event_id)}
        isWorking={retry.isPending}
        onClick={() =>
          retry.mutate({ webhook_id, id }, { onError, onSuccess: () => toast({ words: words.retried }) })}
      >
        {words.retry}
      </Button>
    </li>
  );
}
