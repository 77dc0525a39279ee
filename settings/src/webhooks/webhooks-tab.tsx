import { useState } from "react";
import { useMoreApi } from "../api/more.ts";
import type { NewWebhook, Webhook } from "../api/types.ts";
import { useSurroundings } from "../context.ts";
import { TabHead } from "../tabs/tab-head.tsx";
import { Button } from "../ui/button.tsx";
import { NotLoaded } from "../ui/not-loaded.tsx";
import { ShownOnce } from "../ui/shown-once.tsx";
import { useToast } from "../ui/toasts.tsx";
import { useLateStrings } from "../use-late-strings.ts";
import { Verify } from "./verify.tsx";
import { WebhookForm } from "./webhook-form.tsx";
import { WebhookRow } from "./webhook-row.tsx";
import { useWebhookChange, useWebhooks } from "./use-webhooks.ts";

/** A secret that was just made, and what it is for. */
interface Issued {
  readonly heading: string;
  readonly secret: string;
}

/** A user's webhooks: what there is, one more, and how a receiver checks a call. */
export default function WebhooksTab() {
  const api = useMoreApi();
  const { webhooks: words } = useLateStrings();
  const create = useWebhookChange(api.createWebhook);
  const [isCreating, setCreating] = useState(false);
  const [issued, setIssued] = useState<Issued | null>(null);
  return (
    <>
      <TabHead heading={words.heading} introduction={words.introduction} />
      {issued === null ? null : (
        <ShownOnce
          heading={issued.heading}
          words={words.once}
          label={words.secret}
          value={issued.secret}
          done={words.done}
          onDone={() => setIssued(null)}
        />
      )}
      <WebhookList onIssue={({ url, secret }) => setIssued({ heading: words.rotated(url), secret })} />
      {isCreating
        ? (
          <WebhookForm
            webhook={null}
            isWorking={create.isPending}
            error={create.error}
            onCancel={() => {
              create.reset();
              setCreating(false);
            }}
            onSubmit={(wanted) =>
              create.mutate(wanted, {
                onSuccess: ({ url, secret }) => {
                  setCreating(false);
                  setIssued({ heading: words.ready(url), secret });
                },
              })}
          />
        )
        : (
          <div className="ec-actions">
            <Button look="primary" onClick={() => setCreating(true)}>{words.add}</Button>
          </div>
        )}
      <Verify />
    </>
  );
}

function WebhookList({ onIssue }: { readonly onIssue: (webhook: NewWebhook) => void }) {
  const { strings } = useSurroundings();
  const { webhooks: words } = useLateStrings();
  const webhooks = useWebhooks();
  const toast = useToast();
  if (webhooks.data === undefined) {
    return webhooks.isError
      ? <NotLoaded words={words.failed} error={webhooks.error} onRepeat={() => void webhooks.refetch()} />
      : <p role="status" className="ec-muted">{strings.loading_part}</p>;
  }
  return (
    <div tabIndex={-1}>
      {webhooks.data.length === 0 ? <p className="ec-muted">{words.none}</p> : (
        <ul className="ec-rows">
          {webhooks.data.map((webhook: Webhook) => (
            <WebhookRow
              key={webhook.id}
              webhook={webhook}
              onIssue={onIssue}
              // Said here: the row is gone by then.
              onRemove={() => toast({ words: words.removed(webhook.url) })}
            />
          ))}
        </ul>
      )}
    </div>
  );
}
