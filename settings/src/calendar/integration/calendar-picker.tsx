import { useQuery } from "@tanstack/react-query";
import { Dialog, RadioGroup } from "radix-ui";
import { useState } from "react";
import { calendarsInstead, codeOf } from "../../api/error.ts";
import { useIntegrationChange } from "../../api/queries.ts";
import type { Calendar, Integration } from "../../api/types.ts";
import { useSurroundings } from "../../context.ts";
import { Button } from "../../ui/button.tsx";
import { Notice } from "../../ui/notice.tsx";
import { Reference } from "../../ui/reference.tsx";
import { useToast } from "../../ui/toasts.tsx";
import { useReturnFocus } from "../../ui/use-return-focus.ts";
import { wordsOf } from "../../ui/words-of.ts";
import { useLateStrings } from "../../use-late-strings.ts";
import { ConnectButton } from "../connection/connect-button.tsx";
import { requestPicker } from "../connection/picker-request.ts";
import { useConnect } from "../connection/use-connect.ts";
import { PROVIDERS } from "../providers.tsx";
import { useErrorToast } from "../use-error-toast.ts";

/** Errors that only a new consent ends. */
const CONNECT_AGAIN: readonly string[] = ["reconnect_needed", "permission_missing"];
/** Stands for the calendar of our own, which may have to be made first. */
const OWN = "own";

/** A user chooses the calendar that the deadlines are in; they move there. */
export default function CalendarPicker(
  { integration, instead = null, onClose }: {
    readonly integration: Integration;
    /** What there is to choose from, where the server is known to make no calendar of our own. */
    readonly instead?: readonly Calendar[] | null;
    readonly onClose: () => void;
  },
) {
  const { api, strings, locale, dir } = useSurroundings();
  const { picker } = useLateStrings();
  const returnFocus = useReturnFocus();
  const asks_first = integration.access === "dedicated" &&
    PROVIDERS.some(({ name, asks_for_existing_calendars }) =>
      name === integration.provider && asks_for_existing_calendars
    );
  const choose = useCalendarChoice(integration);
  const only = choose.instead ?? instead;
  const list = useQuery({
    queryKey: ["calendars", integration.id, integration.access],
    queryFn: () => api.calendars(integration.id),
    enabled: !asks_first && only === null,
    retry: false,
    refetchOnWindowFocus: false,
  });
  const others = (only ?? list.data ?? []).filter(({ name, writable }) =>
    !writable || name !== picker.own_name
  );
  const [chosen, setChosen] = useState<string | null>(null);
  const offered = [
    ...only === null ? [OWN] : [],
    ...others.filter(({ writable }) => writable).map(({ id }) => id),
  ];
  const value = [chosen, integration.calendar_id].find((id) => id !== null && offered.includes(id)) ??
    offered[0];

  return (
    <Dialog.Root
      open
      onOpenChange={(is_open) => {
        if (!is_open) onClose();
      }}
    >
      <Dialog.Portal>
        <div className="ec-root ec-layer" lang={locale} dir={dir}>
          <Dialog.Overlay className="ec-overlay" />
          <Dialog.Content className="ec-dialog" onCloseAutoFocus={returnFocus}>
            <Dialog.Title className="ec-dialog-title">{picker.heading}</Dialog.Title>
            <Dialog.Description>
              {asks_first
                ? picker.only_own(integration.calendar_name ?? picker.own_name)
                : picker.introduction}
            </Dialog.Description>
            {asks_first ? <MoreAccess integration={integration} /> : (
              <>
                <RadioGroup.Root
                  className="ec-choices"
                  aria-label={picker.heading}
                  dir={dir}
                  value={value ?? ""}
                  onValueChange={setChosen}
                >
                  {only === null
                    ? <Choice value={OWN} name={picker.own} hint={picker.own_hint} color={null} is_writable />
                    : null}
                  {others.map((calendar) => (
                    <Choice
                      key={calendar.id}
                      value={calendar.id}
                      name={calendar.name}
                      hint={!calendar.writable ? picker.read_only : calendar.primary ? picker.primary : null}
                      is_writable={calendar.writable}
                      color={calendar.color}
                    />
                  ))}
                </RadioGroup.Root>
                {only !== null && offered.length > 0 ? null : (
                  <div className="ec-row ec-wrap">
                    <Button
                      look="quiet"
                      className="ec-inline"
                      isWorking={list.isFetching}
                      onClick={() => void list.refetch()}
                    >
                      {picker.refresh}
                    </Button>
                    <ListState
                      list={list}
                      is_empty={!others.some(({ writable }) => writable)}
                      integration={integration}
                    />
                  </div>
                )}
              </>
            )}
            <div className="ec-actions ec-dialog-foot">
              <Button onClick={onClose}>{strings.cancel}</Button>
              {asks_first ? null : (
                <Button
                  look="primary"
                  isWorking={choose.isPending}
                  aria-disabled={list.isLoading || value === undefined}
                  onClick={() => {
                    if (list.isLoading || value === undefined) return;
                    const calendar = others.find(({ id }) => id === value) ?? null;
                    choose.to(calendar, onClose);
                  }}
                >
                  {picker.save}
                </Button>
              )}
            </div>
          </Dialog.Content>
        </div>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Choice({ value, name, hint, color, is_writable }: {
  readonly value: string;
  readonly name: string;
  readonly hint: string | null;
  /** As CSS takes it. */
  readonly color: string | null;
  readonly is_writable: boolean;
}) {
  return (
    <RadioGroup.Item value={value} disabled={!is_writable} className="ec-choice ec-choice-boxed ec-calendar">
      <span className="ec-radio">
        <RadioGroup.Indicator className="ec-radio-dot" />
      </span>
      {color === null
        ? null
        : <span className="ec-swatch" aria-hidden="true" style={{ backgroundColor: color }} />}
      <span>
        {name}
        {hint === null ? null : <span className="ec-small ec-muted ec-block">{hint}</span>}
      </span>
    </RadioGroup.Item>
  );
}

function ListState({ list, is_empty, integration }: {
  readonly list: { readonly isLoading: boolean; readonly isError: boolean; readonly error: unknown };
  readonly is_empty: boolean;
  readonly integration: Integration;
}) {
  const { strings } = useSurroundings();
  const { states } = strings;
  const late = useLateStrings();
  const { picker } = late;
  if (list.isError) {
    return (
      <Notice
        tone="bad"
        role="alert"
        actions={CONNECT_AGAIN.includes(codeOf(list.error))
          ? <ConnectButton flow={integration} label={states.reconnect_needed.action} />
          : null}
      >
        {picker.failed} {wordsOf(list.error, late)} <Reference error={list.error} />
      </Notice>
    );
  }
  return (
    <p role="status" className="ec-small ec-muted">
      {list.isLoading ? picker.loading : is_empty ? picker.none : ""}
    </p>
  );
}

function MoreAccess({ integration }: { readonly integration: Integration }) {
  const { strings } = useSurroundings();
  const { more_access: { introduction, asks, promise }, picker } = useLateStrings();
  const { company } = strings.providers[integration.provider];
  const connect = useConnect();
  return (
    <Notice
      tone="info"
      actions={
        <Button
          isWorking={connect.isPending}
          onClick={() => {
            requestPicker(integration.id);
            connect.mutate({ provider: integration.provider, access: "existing" });
          }}
        >
          {picker.more_access_action}
        </Button>
      }
    >
      <p>{introduction(company)}</p>
      <ul className="ec-list">
        {asks.map((ask) => <li key={ask}>{ask}</li>)}
      </ul>
      <p>{promise}</p>
    </Notice>
  );
}

/** Moves the deadlines, and back again on *Undo*. */
function useCalendarChoice(integration: Integration) {
  const { api, strings } = useSurroundings();
  const { picker } = useLateStrings();
  const toast = useToast();
  const topic = `calendar ${integration.id}`;
  const onError = useErrorToast(topic);
  const own = useIntegrationChange(api.chooseOwnCalendar);
  const other = useIntegrationChange(api.update);
  const { id, calendar_id, calendar_name } = integration;
  const goBack = async () => {
    if (calendar_id === null) return;
    try {
      const { calendar_name: name } = calendar_name === picker.own_name
        ? await own.mutateAsync(id)
        : await other.mutateAsync({ integration_id: id, calendar_id });
      toast({ topic, words: picker.undone(name ?? "") });
    } catch (error: unknown) {
      onError(error);
    }
  };
  const to = async (calendar: Calendar | null, onDone: () => void) => {
    try {
      const changed = calendar === null
        ? await own.mutateAsync(id)
        : await other.mutateAsync({ integration_id: id, calendar_id: calendar.id });
      onDone();
      if (changed.calendar_id === calendar_id) return;
      toast({
        topic,
        words: picker.changed(changed.calendar_name ?? ""),
        ...(integration.last_error?.code === "calendar_missing"
          ? {}
          : { action: { label: strings.undo, run: () => void goBack() } }),
      });
    } catch (error: unknown) {
      onError(error);
    }
  };
  return {
    isPending: own.isPending || other.isPending,
    instead: calendarsInstead(own.error),
    /** @param calendar null: one of our own */
    to: (calendar: Calendar | null, onDone: () => void) => void to(calendar, onDone),
  };
}
