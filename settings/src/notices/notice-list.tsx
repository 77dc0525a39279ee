import { useCallback, useContext, useEffect, useRef, useState } from "react";
import type { Integration, Notice as ShownNotice } from "../api/types.ts";
import { ConnectButton } from "../calendar/connection/connect-button.tsx";
import { goTo, PROBLEMS_HEADING_ID } from "../calendar/panels/anchors.ts";
import { cardOf } from "../calendar/providers.tsx";
import { useErrorToast } from "../calendar/use-error-toast.ts";
import { ShownTabs, useSurroundings } from "../context.ts";
import type { Strings } from "../strings.ts";
import { Button } from "../ui/button.tsx";
import { Distance } from "../ui/distance.tsx";
import { Notice } from "../ui/notice.tsx";
import { lazyPart, Part } from "../ui/part.tsx";
import { useToast } from "../ui/toasts.tsx";
import { useNoticeChange, type useNotices } from "./use-notices.ts";

const MoveAction = lazyPart(() => import("../moves/move-action.tsx"));

const SHOWN_AT_FIRST = 4;
const TONES = { info: "info", warning: "warning", critical: "bad" } as const;
/** Where what a notice tells of is set. */
const TABS: Partial<Readonly<Record<ShownNotice["kind"], string>>> = {
  key_added: "api_keys",
  webhook_added: "webhooks",
  webhook_disabled: "webhooks",
};

/** What the user has to be told: each with what can be done about it, until it is over or dismissed. */
export function NoticeList({ notices, integrations }: {
  readonly notices: ReturnType<typeof useNotices>;
  readonly integrations: readonly Integration[];
}) {
  const { strings } = useSurroundings();
  const { dismiss } = useDismissal();
  const wordsOf = useNoticeWords(integrations);
  const [isWhole, setWhole] = useState(false);
  const open = notices.data?.notices.filter(({ dismissed_at }) => dismissed_at === null) ?? [];
  const shown = isWhole ? open : open.slice(0, SHOWN_AT_FIRST);
  const hidden = open.length - shown.length;
  return (
    // It stays when it is empty: the keyboard goes on here when the last one is dismissed.
    <section
      tabIndex={-1}
      aria-label={strings.notices.heading}
      className={`ec-notices ${open.length === 0 && !notices.isError ? "ec-visually-hidden" : ""}`}
    >
      {notices.isError && notices.data === undefined
        ? (
          <Notice
            tone="warning"
            role="status"
            actions={<Button onClick={() => void notices.refetch()}>{strings.try_again}</Button>}
          >
            {strings.notices.failed}
          </Notice>
        )
        : null}
      {open.length === 0 ? null : (
        <ul className="ec-notices">
          {shown.map((notice) => (
            <li key={notice.id}>
              <NoticeRow
                notice={notice}
                words={wordsOf(notice)}
                integration={integrations.find(({ id }) => id === notice.integration_id)}
                onDismiss={() => dismiss(notice.id)}
              />
            </li>
          ))}
        </ul>
      )}
      {hidden > 0
        ? (
          <Button look="quiet" className="ec-inline" onClick={() => setWhole(true)}>
            {strings.notices.more(hidden)}
          </Button>
        )
        : null}
      <Arrivals open={notices.data === undefined ? null : open} wordsOf={wordsOf} />
    </section>
  );
}

/** @returns what a notice says */
function useNoticeWords(integrations: readonly Integration[]): (notice: ShownNotice) => string {
  const { strings } = useSurroundings();
  return useCallback((notice) => {
    const about = integrations.find(({ id }) => id === notice.integration_id);
    return strings.notices.message({
      ...notice,
      calendar: about === undefined ? null : nameOf(about, strings),
    });
  }, [integrations, strings]);
}

function nameOf(integration: Integration, { providers }: Strings): string {
  const { name } = providers[cardOf(integration)];
  const { account_email } = integration;
  return account_email === null ? name : `${name} (${account_email})`;
}

/** It can be taken back. Not the row's own: the row is gone before the answer comes. */
function useDismissal() {
  const { strings } = useSurroundings();
  const change = useNoticeChange();
  const toast = useToast();
  const onError = useErrorToast();
  return {
    dismiss: (id: string) =>
      change.mutate({ id, is_back: false }, {
        onError,
        onSuccess: () =>
          toast({
            words: strings.notices.dismissed,
            action: { label: strings.undo, run: () => change.mutate({ id, is_back: true }, { onError }) },
          }),
      }),
  };
}

function NoticeRow({ notice, words, integration, onDismiss }: {
  readonly notice: ShownNotice;
  readonly words: string;
  readonly integration: Integration | undefined;
  readonly onDismiss: () => void;
}) {
  const { strings: { notices } } = useSurroundings();
  const { severity, created_at } = notice;
  return (
    <Notice
      tone={TONES[severity]}
      actions={
        <>
          <Action notice={notice} integration={integration} />
          <Button
            look="quiet"
            className="ec-icon-button"
            aria-label={notices.dismiss(words)}
            onClick={onDismiss}
          >
            <span aria-hidden="true">×</span>
          </Button>
        </>
      }
    >
      {severity === "info" ? null : <strong>{notices.severities[severity]}</strong>} {words}{" "}
      <span className="ec-small">
        <Distance instant={created_at} />
      </span>
    </Notice>
  );
}

/** What helps most. What is on this page is shown here, and not where the link of a mail would lead. */
function Action({ notice, integration }: {
  readonly notice: ShownNotice;
  readonly integration: Integration | undefined;
}) {
  const { strings: { notices, states } } = useSurroundings();
  const tabs = useContext(ShownTabs);
  const { kind, action_url } = notice;
  if (integration?.status === "disconnected" && kind === "connection_lost") {
    return (
      <ConnectButton
        flow={integration}
        label={states.reconnect_needed.action}
        name={`${states.reconnect_needed.action}, ${integration.account_email}`}
      />
    );
  }
  if (kind === "proposal_opened") {
    return (
      <Part>
        <MoveAction notice={notice} />
      </Part>
    );
  }
  if (kind === "deadline_failed") {
    return <Button onClick={() => goTo(PROBLEMS_HEADING_ID)}>{states.has_problems.action}</Button>;
  }
  if (integration !== undefined) {
    return <Button onClick={() => goTo(`ec-${integration.id}`)}>{notices.look}</Button>;
  }
  const tab = TABS[kind];
  // In a host's own page there may be no such tab.
  const href = tab !== undefined && tabs.includes(tab) ? `#${tab}` : action_url;
  return <a className="ec-button ec-button-plain" href={href}>{notices.look}</a>;
}

/** Says to a screen reader what has come up since the page was opened. */
function Arrivals({ open, wordsOf }: {
  readonly open: readonly ShownNotice[] | null;
  readonly wordsOf: (notice: ShownNotice) => string;
}) {
  const known = useRef<ReadonlySet<string>>(undefined);
  const [words, setWords] = useState("");
  useEffect(() => {
    if (open === null) return;
    const before = known.current;
    known.current = new Set([...before ?? [], ...open.map(({ id }) => id)]);
    if (before === undefined) return;
    const arrived = open.filter(({ id }) => !before.has(id));
    if (arrived.length > 0) setWords(arrived.map(wordsOf).join(" "));
  }, [open, wordsOf]);
  return <p className="ec-visually-hidden" role="status">{words}</p>;
}
