import { type ReactNode, useState } from "react";
import { calendarsInstead } from "../../api/error.ts";
import { useIntegrationChange, useRequest } from "../../api/queries.ts";
import type { Integration } from "../../api/types.ts";
import { useSurroundings } from "../../context.ts";
import { formatDistance, formatNumber } from "../../format.ts";
import { Button } from "../../ui/button.tsx";
import { Notice } from "../../ui/notice.tsx";
import { useToast } from "../../ui/toasts.tsx";
import { useNow } from "../../ui/use-now.ts";
import { ConnectButton } from "../connection/connect-button.tsx";
import { goTo, PROBLEMS_HEADING_ID } from "../panels/anchors.ts";
import { cardOf } from "../providers.tsx";
import type { State } from "../state.ts";
import { useErrorToast } from "../use-error-toast.ts";
import { toneOf } from "./state-badge.tsx";
import { lazyPart, Part } from "../../ui/part.tsx";

const CalendarPicker = lazyPart(() => import("./calendar-picker.tsx"));
const AdminConsentLink = lazyPart(() => import("../connection/admin-consent-link.tsx"));
const StopDialog = lazyPart(() => import("./stop-dialog.tsx"));

const TICK_MS = 5_000;

/** What a state means for its user and the one thing to do about it; nothing while all is as it should be. */
export function StateNotice(
  { integration, state }: { readonly integration: Integration; readonly state: State },
) {
  const { strings } = useSurroundings();
  const { company } = strings.providers[cardOf(integration)];
  const { states } = strings;
  switch (state.kind) {
    case "up_to_date":
    case "syncing":
      return null;
    case "disconnecting": {
      const { waits_for } = state;
      return waits_for === null
        ? <Told state={state}>{states.disconnecting.words}</Told>
        : <Waiting state={state} words={(when) => states.disconnecting.waits[waits_for](company, when)} />;
    }
    case "configuration":
      return <Told state={state}>{states.configuration.words}</Told>;
    case "provider_down":
      return <Waiting state={state} words={(when) => states.provider_down.words(company, when)} />;
    case "quota":
      return <Waiting state={state} words={(when) => states.quota.words(company, when)} />;
    case "has_problems":
      return (
        <Told
          state={state}
          action={<Button onClick={() => goTo(PROBLEMS_HEADING_ID)}>{states.has_problems.action}</Button>}
        >
          {states.has_problems.words(state.failed)}
        </Told>
      );
    case "switched_off":
      return (
        <Told state={state} action={<SwitchOn integration={integration} />}>{states.switched_off.words}</Told>
      );
    case "waiting_for_confirmation":
    case "permission_withdrawn":
      return (
        <Told
          state={state}
          action={<ConnectButton flow={integration} label={states[state.kind].action} />}
        >
          {states[state.kind].words}
        </Told>
      );
    case "reconnect_needed":
      return (
        <Told
          state={state}
          action={<ConnectButton flow={integration} label={states.reconnect_needed.action} />}
        >
          {states.reconnect_needed.words(company)}
        </Told>
      );
    case "admin_consent_needed":
      return (
        <Told
          state={state}
          action={<ConnectButton flow={integration} label={states.admin_consent_needed.action} />}
        >
          <p>{states.admin_consent_needed.words}</p>
          <Part fallback={<div className="ec-copy-field" />}>
            <AdminConsentLink provider={integration.provider} known={state.admin_consent_url} />
          </Part>
        </Told>
      );
    case "blocked_by_policy":
    case "mailbox_unavailable":
    case "paused":
      return (
        <Told state={state} action={<TryNow integration={integration} label={states[state.kind].action} />}>
          {states[state.kind].words}
        </Told>
      );
    case "paused_by_admin":
      return <Told state={state}>{states.paused_by_admin.words(state.reason)}</Told>;
    case "calendar_missing":
      return <CalendarMissing integration={integration} state={state} />;
    case "mass_deletion":
    case "mass_edit":
      return <Stopped integration={integration} state={state} />;
  }
}

function Told(
  { state, action, children }: {
    readonly state: State;
    readonly action?: ReactNode;
    readonly children: ReactNode;
  },
) {
  return <Notice tone={toneOf(state)} actions={action}>{children}</Notice>;
}

function Waiting({ state, words }: {
  readonly state: Extract<State, { next_try_at: string | null }>;
  readonly words: (when: string | null) => string;
}) {
  const { locale, time_zone } = useSurroundings();
  const now_ms = useNow(TICK_MS);
  const { next_try_at } = state;
  const is_ahead = next_try_at !== null && Date.parse(next_try_at) > now_ms;
  return (
    <Told state={state}>
      {words(is_ahead ? formatDistance(next_try_at, now_ms, locale, time_zone) : null)}
    </Told>
  );
}

function SwitchOn({ integration }: { readonly integration: Integration }) {
  const { api, strings } = useSurroundings();
  const change = useIntegrationChange(api.update);
  const toast = useToast();
  const topic = `sync ${integration.id}`;
  const onError = useErrorToast(topic);
  return (
    <Button
      look="primary"
      isWorking={change.isPending}
      onClick={() =>
        change.mutate({ integration_id: integration.id, sync_enabled: true }, {
          onError,
          onSuccess: () => toast({ topic, words: strings.auto_sync.on }),
        })}
    >
      {strings.states.switched_off.action}
    </Button>
  );
}

function TryNow(
  { integration, label }: { readonly integration: Integration; readonly label: string },
) {
  const { api } = useSurroundings();
  const sync = useRequest(api.syncNow);
  const onError = useErrorToast();
  return (
    <Button isWorking={sync.isPending} onClick={() => sync.mutate(integration.id, { onError })}>
      {label}
    </Button>
  );
}

function CalendarMissing(
  { integration, state }: { readonly integration: Integration; readonly state: State },
) {
  const { api, strings } = useSurroundings();
  const { words, action, other_action } = strings.states.calendar_missing;
  const make = useIntegrationChange(api.chooseOwnCalendar);
  const onError = useErrorToast();
  const [isPicking, setPicking] = useState(false);
  const instead = calendarsInstead(make.error);
  return (
    <Told
      state={state}
      action={
        <>
          {instead === null
            ? (
              <Button
                look="primary"
                isWorking={make.isPending}
                onClick={() =>
                  make.mutate(integration.id, {
                    onError: (error) => {
                      onError(error);
                      setPicking(calendarsInstead(error) !== null);
                    },
                  })}
              >
                {action}
              </Button>
            )
            : null}
          <Button onClick={() => setPicking(true)}>{other_action}</Button>
        </>
      }
    >
      {words}
      {isPicking
        ? (
          <Part>
            <CalendarPicker
              integration={integration}
              instead={instead}
              onClose={() => setPicking(false)}
            />
          </Part>
        )
        : null}
    </Told>
  );
}

/** Very much would change at once: its user says whether that is meant. */
function Stopped({ integration, state }: {
  readonly integration: Integration;
  readonly state: Extract<State, { kind: "mass_deletion" | "mass_edit" }>;
}) {
  const { api, strings: { states }, locale } = useSurroundings();
  const { words, action } = states[state.kind];
  const resume = useIntegrationChange(api.resume);
  const onError = useErrorToast();
  const [isAsking, setAsking] = useState(false);
  const changes = formatNumber(state.kind === "mass_edit" ? state.edits : state.deletions, locale);
  return (
    <Told
      state={state}
      action={
        <>
          {state.kind === "mass_edit"
            ? null
            : <TryNow integration={integration} label={states.mass_deletion.other_action} />}
          <Button look="danger" isWorking={resume.isPending} onClick={() => setAsking(true)}>{action}</Button>
        </>
      }
    >
      {words(changes, formatNumber(state.events, locale))}
      {isAsking
        ? (
          <Part>
            <StopDialog
              kind={state.kind}
              changes={changes}
              account={integration.account_email}
              onAnswer={(yes) => {
                setAsking(false);
                if (yes) resume.mutate(integration.id, { onError });
              }}
            />
          </Part>
        )
        : null}
    </Told>
  );
}
