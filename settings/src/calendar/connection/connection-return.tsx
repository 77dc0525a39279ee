import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { CalendarApiError, codeOf } from "../../api/error.ts";
import { showIntegration, useRequest } from "../../api/queries.ts";
import { useSurroundings } from "../../context.ts";
import { Button } from "../../ui/button.tsx";
import { Notice } from "../../ui/notice.tsx";
import { Reference } from "../../ui/reference.tsx";
import { useLateStrings } from "../../use-late-strings.ts";
import { PROVIDERS } from "../providers.tsx";
import AdminConsentLink from "./admin-consent-link.tsx";
import { Landing } from "./landing.tsx";
import { lastFlow } from "./last-flow.ts";
import type { Return } from "./return-address.ts";
import { takeReturn } from "./take-return.ts";
import { useConnect } from "./use-connect.ts";

const ATTEMPTS_MAX = 4;
const PAUSE_S = 2;
/** After these the same ticket may work the next time. */
const PASSING: readonly string[] = [
  "network",
  "unreachable",
  "internal",
  "provider_unavailable",
  "provider_refused",
  "provider_limit",
  "quota",
  "configuration",
  "blocked_by_policy",
  "too_many_integrations",
  "disconnecting",
  "rate_limited",
];

interface Confirmation {
  readonly ticket: string;
  /** The user knows that events leave a calendar that the new consent does not cover. */
  readonly accept_less_access: boolean;
}

/** Comes back from a consent page: confirms by itself, and says how it went. */
export default function ConnectionReturn() {
  const { api, strings } = useSurroundings();
  const late = useLateStrings();
  const [back, setBack] = useState<Return | null>(null);
  const box = useRef<HTMLDivElement>(null);
  const queries = useQueryClient();
  const confirm = useRequest(async ({ ticket, accept_less_access }: Confirmation) => {
    const integration = await patiently(() => api.confirm(ticket, accept_less_access));
    showIntegration(queries, integration);
    return integration;
  });
  const { mutate } = confirm;
  useEffect(() => {
    const taken = takeReturn();
    if (taken === null) return;
    setBack(taken);
    if (taken.kind === "ticket") mutate({ ticket: taken.ticket, accept_less_access: false });
  }, [mutate]);
  const is_settled = back !== null && !confirm.isPending;
  useEffect(() => {
    if (is_settled) box.current?.focus();
  }, [is_settled]);

  if (back === null) return null;
  return (
    <div ref={box} tabIndex={-1} className="ec-return">
      {confirm.isPending
        ? (
          <Notice tone="info" role="status">
            <span className="ec-spinner" aria-hidden="true" /> {late.returned.confirming}
          </Notice>
        )
        : back.kind === "admin_consent_given"
        ? (
          <Notice tone="good" role="status" actions={<Dismiss onClick={() => setBack(null)} />}>
            {late.returned.admin_consent_given}
          </Notice>
        )
        : back.kind === "ticket" && confirm.isSuccess
        ? (
          <Notice tone="good" role="status" actions={<Dismiss onClick={() => setBack(null)} />}>
            <strong>
              {late.returned.connected(
                strings.providers[confirm.data.provider].name,
                confirm.data.account_email,
              )}
            </strong>{" "}
            {late.returned.connected_next}
            <Landing integration={confirm.data} />
          </Notice>
        )
        : (
          <Failed
            code={back.kind === "ticket" ? codeOf(confirm.error) : back.code}
            error={confirm.error}
            onRepeat={back.kind === "ticket"
              ? (accept_less_access) => confirm.mutate({ ticket: back.ticket, accept_less_access })
              : null}
            onDismiss={() => setBack(null)}
          />
        )}
    </div>
  );
}

function Failed({ code, error, onRepeat, onDismiss }: {
  readonly code: string;
  readonly error: unknown;
  /** Null where there is no ticket that could be tried again. */
  readonly onRepeat: ((accept_less_access: boolean) => void) | null;
  readonly onDismiss: () => void;
}) {
  const { strings } = useSurroundings();
  const late = useLateStrings();
  const connect = useConnect();
  const flow = lastFlow();
  // In a tab in which nothing was begun, only one that has administrators can have said so.
  const provider = flow?.provider ?? PROVIDERS.find(({ has_administrators }) => has_administrators)?.name;
  const { errors } = late.returned;
  const known: Readonly<Record<string, string>> = errors;
  const reasons: Readonly<Record<string, string>> = late.errors;
  const may_repeat = onRepeat !== null && PASSING.includes(code);
  return (
    <Notice
      tone={code === "access_denied" ? "warning" : "bad"}
      role="alert"
      actions={
        <>
          {code === "more_access_needed" && onRepeat !== null && flow !== null
            ? (
              <>
                <Button
                  look="primary"
                  isWorking={connect.isPending}
                  onClick={() => connect.mutate({ ...flow, access: "existing" })}
                >
                  {late.returned.allow_access}
                </Button>
                <Button look="quiet" onClick={() => onRepeat(true)}>{late.returned.use_own_calendar}</Button>
              </>
            )
            : may_repeat
            ? <Button look="primary" onClick={() => onRepeat(false)}>{strings.try_again}</Button>
            : flow !== null && code !== "forbidden"
            ? (
              <Button look="primary" isWorking={connect.isPending} onClick={() => connect.mutate(flow)}>
                {strings.connect.action(strings.providers[flow.provider].one)}
              </Button>
            )
            : null}
          <Dismiss onClick={onDismiss} />
        </>
      }
    >
      <p>
        {known[code] ?? [errors.other, reasons[code]].join(" ")} <Reference error={error} />
      </p>
      {code === "admin_consent_required" && provider !== undefined
        ? <AdminConsentLink provider={provider} />
        : null}
    </Notice>
  );
}

function Dismiss({ onClick }: { readonly onClick: () => void }) {
  const { strings } = useSurroundings();
  return <Button look="quiet" onClick={onClick}>{strings.dismiss}</Button>;
}

/** An account that is just being disconnected, or a rate limit, is waited for. */
async function patiently<T>(attempt: () => Promise<T>): Promise<T> {
  for (let n = 1;; n++) {
    try {
      return await attempt();
    } catch (error: unknown) {
      if (n === ATTEMPTS_MAX || !["disconnecting", "rate_limited"].includes(codeOf(error))) throw error;
      const wait_s = error instanceof CalendarApiError ? error.retry_after_s ?? PAUSE_S : PAUSE_S;
      await new Promise((resolve) => setTimeout(resolve, wait_s * 1000));
    }
  }
}
