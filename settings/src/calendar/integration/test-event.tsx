import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useId } from "react";
import { useMoreApi } from "../../api/more.ts";
import type { Integration, TestEvent } from "../../api/types.ts";
import { useSurroundings } from "../../context.ts";
import { formatNumber } from "../../format.ts";
import { Button } from "../../ui/button.tsx";
import { Distance } from "../../ui/distance.tsx";
import { Notice } from "../../ui/notice.tsx";
import { useLateStrings } from "../../use-late-strings.ts";
import { EventLink } from "../event-link.tsx";
import type { CardName } from "../providers.tsx";
import { useErrorToast } from "../use-error-toast.ts";

/** Somebody waits. */
const WRITING_POLL_MS = 1_000;
/** The worker comes by once a minute where nobody asks for it. */
const REMOVING_POLL_MS = 3_000;
/** It may go by itself, or by another tab. */
const THERE_POLL_MS = 15_000;

/** Writes an event into the calendar to show that deadlines arrive there, and takes it away again. */
export function SendTestEvent({ card, integration: { id } }: {
  readonly card: CardName;
  readonly integration: Integration;
}) {
  const api = useMoreApi();
  const words = useLateStrings().test_event;
  const hint = useId();
  const queries = useQueryClient();
  const onError = useErrorToast();
  const queryKey = ["test_event", id];
  const known = useQuery({
    queryKey,
    queryFn: () => api.testEvent(id),
    retry: false,
    refetchInterval: ({ state }) => pollOf(state.data ?? null),
  });
  const shows = { onError, onSuccess: (test: TestEvent | null) => void queries.setQueryData(queryKey, test) };
  const send = useMutation({ mutationFn: () => api.sendTestEvent(id), ...shows });
  const remove = useMutation({ mutationFn: () => api.removeTestEvent(id), ...shows });
  const test = known.data ?? null;
  const may_send = test === null || test.state === "refused";
  return (
    <div className="ec-setting">
      <div className="ec-row ec-spread ec-wrap">
        <div>
          <span>{words.label}</span>
          <p id={hint} className="ec-small ec-muted">{words.hint}</p>
        </div>
        {may_send
          ? (
            <Button isWorking={send.isPending} aria-describedby={hint} onClick={() => send.mutate()}>
              {test === null ? words.action : words.again}
            </Button>
          )
          : (
            <Button
              isWorking={remove.isPending || test.state === "removing"}
              aria-describedby={hint}
              onClick={() => remove.mutate()}
            >
              {words.remove}
            </Button>
          )}
      </div>
      <div role="status">
        {known.isError ? <p className="ec-small ec-refused">{words.failed}</p> : null}
        {test === null
          ? (send.isSuccess ? <p className="ec-small">{words.removed}</p> : null)
          : <Words test={test} card={card} />}
      </div>
      {/* Not in what is read out: it changes by itself. */}
      {test?.state !== "there" || test.remove_at === null ? null : (
        <p className="ec-small">
          {words.goes} <Distance instant={test.remove_at} />.
        </p>
      )}
    </div>
  );
}

function Words({ test, card }: { readonly test: TestEvent; readonly card: CardName }) {
  const { locale } = useSurroundings();
  const words = useLateStrings().test_event;
  const { state, code, event_url, took_ms } = test;
  const why = code === null ? null : words.reasons[code];
  switch (state) {
    case "writing":
      return <p className="ec-small">{why === null ? words.writing : words.not_yet(why)}</p>;
    case "there":
      return (
        <Notice tone="good">
          <p>
            {words.there(formatNumber(Math.round((took_ms ?? 0) / 100) / 10, locale))}{" "}
            <EventLink card={card} title={words.label} event_url={event_url} words={words.open} />
          </p>
        </Notice>
      );
    case "removing":
      return <p className="ec-small">{words.removing}</p>;
    case "refused":
      return <Notice tone="bad">{words.refused(why ?? "")}</Notice>;
  }
}

function pollOf(test: TestEvent | null): number | false {
  switch (test?.state) {
    case "writing":
      return WRITING_POLL_MS;
    case "removing":
      return REMOVING_POLL_MS;
    case "there":
      return THERE_POLL_MS;
    default:
      return false;
  }
}
