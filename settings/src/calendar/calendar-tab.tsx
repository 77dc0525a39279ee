import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { codeOf } from "../api/error.ts";
import { NOTICES_KEY, useIntegrations } from "../api/queries.ts";
import type { Integration, ProviderName } from "../api/types.ts";
import { useSurroundings } from "../context.ts";
import { FeedsSection } from "../feeds/feeds-section.tsx";
import { NoticeList } from "../notices/notice-list.tsx";
import { useNotices } from "../notices/use-notices.ts";
import { Button } from "../ui/button.tsx";
import { Notice } from "../ui/notice.tsx";
import { Announcer } from "./announcer.tsx";
import { isReturn } from "./connection/return-address.ts";
import { PasswordRequests } from "./connection/password-requests.tsx";
import { Panels } from "./panels/panels.tsx";
import { ProviderSection } from "./provider-section.tsx";
import { cardOf, type ProviderCard, PROVIDERS } from "./providers.tsx";
import { lazyPart, Part } from "../ui/part.tsx";

const ConnectionReturn = lazyPart(() => import("./connection/connection-return.tsx"));

export function CalendarTab() {
  const { api, strings } = useSurroundings();
  const integrations = useIntegrations();
  const offered = useQuery({
    queryKey: ["providers"],
    queryFn: api.offeredProviders,
    staleTime: Infinity,
    refetchOnWindowFocus: false,
  });
  const notices = useNotices();
  useHealedNotices(integrations.data);
  const [isBack] = useState(() => isReturn(location.search));
  // Notices stand above the calendars: what came later would push those down.
  const is_loaded = integrations.data !== undefined && offered.data !== undefined && !notices.isPending;
  const error = integrations.error ?? offered.error;
  const reasons: Readonly<Record<string, string>> = strings.load_errors;

  return (
    <>
      <header className="ec-head">
        <h2>{strings.heading}</h2>
        <p className="ec-muted">{strings.introduction}</p>
      </header>
      {isBack
        ? (
          <Part>
            <ConnectionReturn />
          </Part>
        )
        : null}
      {error
        ? (
          <Notice
            tone={is_loaded ? "warning" : "bad"}
            role="status"
            actions={
              <Button
                isWorking={integrations.isFetching}
                onClick={() => {
                  void integrations.refetch();
                  if (offered.data === undefined) void offered.refetch();
                }}
              >
                {strings.try_again}
              </Button>
            }
          >
            {is_loaded ? strings.out_of_date : strings.load_failed} {reasons[codeOf(error)] ?? ""}
          </Notice>
        )
        : null}
      {is_loaded
        ? (
          <>
            <NoticeList notices={notices} integrations={integrations.data} />
            <div className="ec-ways">
              {shownProviders(offered.data, integrations.data).map((provider) => (
                <ProviderSection
                  key={provider.card}
                  provider={provider}
                  is_offered={offered.data.includes(provider.name)}
                  integrations={integrations.data.filter((integration) =>
                    cardOf(integration) === provider.card
                  )}
                />
              ))}
              <FeedsSection integrations={integrations.data} />
            </div>
            <Announcer integrations={integrations.data} />
            <PasswordRequests />
            {integrations.data.some(({ status }) => status !== "pending_confirmation")
              ? <Panels integrations={integrations.data} />
              : null}
          </>
        )
        : error
        ? null
        : <Loading />}
    </>
  );
}

/** A change of a calendar may be one that a notice tells of, or the end of one. So may a sync, which looks into the calendar. */
function useHealedNotices(integrations: readonly Integration[] | undefined): void {
  const queries = useQueryClient();
  const change = integrations?.map(({ id, status, last_error, progress, last_synced_at }) =>
    [id, status, last_error?.code, progress.failed, progress.pending === 0 && last_synced_at].join(" ")
  ).join();
  const known = useRef<string>(undefined);
  useEffect(() => {
    if (known.current !== undefined && known.current !== change) {
      void queries.invalidateQueries({ queryKey: NOTICES_KEY });
    }
    known.current = change;
  }, [change, queries]);
}

/** Those that are connected, then those that are offered; where there are none, all of them, to say that they are not set up. */
function shownProviders(
  offered: readonly ProviderName[],
  integrations: readonly Integration[],
): readonly ProviderCard[] {
  const isConnected = ({ card }: ProviderCard) =>
    integrations.some((integration) => cardOf(integration) === card);
  const shown = [
    ...PROVIDERS.filter(isConnected),
    ...PROVIDERS.filter((provider) => !isConnected(provider) && offered.includes(provider.name)),
  ];
  return shown.length === 0 ? PROVIDERS : shown;
}

/** As large as what it stands for, so that nothing jumps. */
function Loading() {
  const { strings } = useSurroundings();
  return (
    <div role="status" className="ec-ways">
      <span className="ec-visually-hidden">{strings.loading}</span>
      {PROVIDERS.map(({ card }) => <div key={card} className="ec-card ec-skeleton" aria-hidden="true" />)}
    </div>
  );
}
