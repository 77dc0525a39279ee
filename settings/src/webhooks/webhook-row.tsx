import { useId, useState } from "react";
import { useMoreApi } from "../api/more.ts";
import type { NewWebhook, Webhook } from "../api/types.ts";
import { useSurroundings } from "../context.ts";
import { formatInstant, formatNumber } from "../format.ts";
import { Button } from "../ui/button.tsx";
import { Distance } from "../ui/distance.tsx";
import { Notice, type Tone } from "../ui/notice.tsx";
import { useToast } from "../ui/toasts.tsx";
import { useLateStrings } from "../use-late-strings.ts";
import { EVENT_TYPES } from "./types-field.tsx";
import { useWebhookChange } from "./use-webhooks.ts";
import { WebhookDetails } from "./webhook-details.tsx";
import { WebhookForm } from "./webhook-form.tsx";

/** One webhook: how it is doing, and the way to everything else of it. */
export function WebhookRow({ webhook, onIssue, onRemove }: {
  readonly webhook: Webhook;
  readonly onIssue: (webhook: NewWebhook) => void;
  readonly onRemove: () => void;
}) {
  const api = useMoreApi();
  const { webhooks: words } = useLateStrings();
  const [isOpen, setOpen] = useState(false);
  const [isEditing, setEditing] = useState(false);
  const change = useWebhookChange(api.changeWebhook);
  const toast = useToast();
  const id = useId();
  const { url } = webhook;
  if (isEditing) {
    return (
      <li className="ec-row-item">
        <WebhookForm
          webhook={webhook}
          isWorking={change.isPending}
          error={change.error}
          onCancel={() => {
            change.reset();
            setEditing(false);
          }}
          onSubmit={(wanted) =>
            change.mutate({ id: webhook.id, change: wanted }, {
              onSuccess: () => {
                setEditing(false);
                toast({ words: words.saved });
              },
            })}
        />
      </li>
    );
  }
  return (
    <li className="ec-row-item" tabIndex={-1}>
      <div>
        <strong>{url}</strong> <State webhook={webhook} />
        <Summary webhook={webhook} />
      </div>
      <div className="ec-actions">
        <Button aria-label={words.edit_named(url)} onClick={() => setEditing(true)}>{words.edit}</Button>
        <Button
          aria-label={words.details_named(url)}
          aria-expanded={isOpen}
          aria-controls={isOpen ? id : undefined}
          onClick={() => setOpen(!isOpen)}
        >
          {words.details}
        </Button>
      </div>
      {isOpen
        ? (
          <div id={id} className="ec-whole-row">
            <WebhookDetails webhook={webhook} onIssue={onIssue} onRemove={onRemove} />
          </div>
        )
        : null}
    </li>
  );
}

function State({ webhook }: { readonly webhook: Webhook }) {
  const { webhooks: { states } } = useLateStrings();
  const { enabled, disabled_because, failing_since } = webhook;
  const [tone, label]: readonly [Tone, string] = !enabled
    ? disabled_because === null ? ["quiet", states.off] : ["bad", states[disabled_because]]
    : failing_since === null
    ? ["good", states.on]
    : ["warning", states.trouble];
  return (
    <span className={`ec-badge ec-tone-${tone}`}>
      <span className="ec-dot" aria-hidden="true" />
      {label}
    </span>
  );
}

function Summary({ webhook }: { readonly webhook: Webhook }) {
  const { locale, time_zone } = useSurroundings();
  const { webhooks: words } = useLateStrings();
  const { types, enabled, disabled_because, failing_since, previous_secret_until, last_day } = webhook;
  const number = (n: number) => formatNumber(n, locale);
  const all = last_day.delivered + last_day.failed + last_day.waiting;
  const day = all === 0 ? [words.day.none] : [
    words.day.delivered(number(last_day.delivered), number(all)),
    ...last_day.failed === 0 ? [] : [words.day.failed(number(last_day.failed))],
    ...last_day.waiting === 0 ? [] : [words.day.waiting(number(last_day.waiting))],
  ];
  const is_all = EVENT_TYPES.every((type) => types.includes(type));
  return (
    <>
      <p className="ec-small">{day.join(" · ")}</p>
      <p className="ec-small ec-muted">{is_all ? words.all_types : types.join(", ")}</p>
      {previous_secret_until !== null && Date.parse(previous_secret_until) > Date.now()
        ? (
          <p className="ec-small ec-muted">
            {words.both_secrets(formatInstant(previous_secret_until, locale, time_zone))}
          </p>
        )
        : null}
      {disabled_because === null ? null : <Notice tone="bad">{words[disabled_because]}</Notice>}
      {enabled && failing_since !== null
        ? (
          <p className="ec-small ec-muted">
            {words.trouble} <Distance instant={failing_since} />.
          </p>
        )
        : null}
    </>
  );
}
