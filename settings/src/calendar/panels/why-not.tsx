import { useQuery } from "@tanstack/react-query";
import { useDeferredValue, useEffect, useId, useState } from "react";
import { useMoreApi } from "../../api/more.ts";
import type { ExplainedIntegration, Integration, Obligation } from "../../api/types.ts";
import { useSurroundings } from "../../context.ts";
import { formatDue, formatInstant } from "../../format.ts";
import { NotLoaded } from "../../ui/not-loaded.tsx";
import { ItemLinks } from "../event-link.tsx";
import { cardIn, type CardName } from "../providers.tsx";
import { DownloadEvidence } from "./download-evidence.tsx";
import { explainedInWords } from "./explained-words.ts";
import { useFollowing } from "./use-following.ts";
import { useLateStrings } from "../../use-late-strings.ts";

/** Whoever is still typing is not searched for. */
const TYPING_MS = 250;

/** A user picks an obligation and reads where it is, and why it is not where it is not. */
export default function WhyNot({ integrations }: { readonly integrations: readonly Integration[] }) {
  const { why_not } = useLateStrings();
  const id = useId();
  const [text, setText] = useState("");
  const [picked, setPicked] = useState<Obligation | null>(null);
  return (
    <>
      <label htmlFor={id}>{why_not.label}</label>
      <input
        id={id}
        type="search"
        className="ec-input ec-wide"
        placeholder={why_not.placeholder}
        aria-describedby={`${id}-hint`}
        autoComplete="off"
        value={text}
        onChange={({ target }) => {
          setText(target.value);
          setPicked(null);
        }}
      />
      <p id={`${id}-hint`} className="ec-small ec-muted">{why_not.hint}</p>
      <Found text={text} picked={picked} onPick={setPicked} integrations={integrations} />
    </>
  );
}

function Found({ text, picked, onPick, integrations }: {
  readonly text: string;
  readonly picked: Obligation | null;
  readonly onPick: (obligation: Obligation | null) => void;
  readonly integrations: readonly Integration[];
}) {
  const { strings, locale, time_zone } = useSurroundings();
  const api = useMoreApi();
  const { why_not } = useLateStrings();
  const search = useSettled(text.trim(), TYPING_MS);
  const found = useQuery({
    queryKey: ["obligations", search],
    queryFn: () => api.obligations(search),
    placeholderData: (shown) => shown,
    retry: false,
    refetchOnWindowFocus: false,
  });
  const shown = useDeferredValue(found.data);
  if (found.isError && found.data === undefined) {
    return <NotLoaded words={why_not.failed} error={found.error} onRepeat={() => void found.refetch()} />;
  }
  if (shown === undefined) return <p role="status" className="ec-muted">{strings.loading_part}</p>;
  if (shown.length === 0) {
    return (
      <p role="status" className="ec-muted">
        {search === "" ? why_not.nothing_yet : why_not.nothing_found}
      </p>
    );
  }
  return (
    <ul className="ec-rows">
      {shown.map((obligation) => (
        <li key={obligation.id} className="ec-pick">
          <button
            type="button"
            className="ec-pick-button"
            aria-expanded={picked?.id === obligation.id}
            onClick={() => onPick(picked?.id === obligation.id ? null : obligation)}
          >
            <strong>{obligation.title}</strong>
            <span className="ec-muted">
              {obligation.due === null ? why_not.no_deadline : formatDue(obligation.due, locale, time_zone)}
            </span>
          </button>
          {picked?.id === obligation.id
            ? (
              <>
                <Explanation obligation={obligation} integrations={integrations} />
                <DownloadEvidence obligation_id={obligation.id} />
              </>
            )
            : null}
        </li>
      ))}
    </ul>
  );
}

function Explanation({ obligation, integrations }: {
  readonly obligation: Obligation;
  readonly integrations: readonly Integration[];
}) {
  const { strings } = useSurroundings();
  const api = useMoreApi();
  const { why_not } = useLateStrings();
  const explanation = useQuery({
    queryKey: ["explain", obligation.id],
    queryFn: () => api.explain(obligation.id),
    staleTime: 0,
    // Opened again it is asked anew: what was true then may not be now.
    gcTime: 0,
    retry: false,
  });
  useFollowing(explanation, integrations);
  if (explanation.isError) {
    return (
      <NotLoaded
        words={why_not.explain_failed}
        error={explanation.error}
        onRepeat={() => void explanation.refetch()}
      />
    );
  }
  return (
    <div role="status" className="ec-explanation">
      {explanation.data === undefined ? strings.loading_part : null}
      {explanation.data?.length === 0 ? why_not.not_connected : null}
      {explanation.data?.map((explained) => (
        <Explained
          key={explained.integration_id}
          explained={explained}
          card={cardIn(integrations, explained)}
          obligation={obligation}
        />
      ))}
    </div>
  );
}

function Explained({ explained, card, obligation: { title, due, url } }: {
  readonly explained: ExplainedIntegration;
  readonly card: CardName;
  readonly obligation: Obligation;
}) {
  const { strings, locale, time_zone } = useSurroundings();
  const late = useLateStrings();
  const { why_not } = late;
  const { account_email, in_calendar, synced_at, next_try_at } = explained;
  // No distances from now: they change by themselves, and each time everything would be read out again.
  const at = (instant: string) => <time dateTime={instant}>{formatInstant(instant, locale, time_zone)}</time>;
  return (
    <div className="ec-explained">
      <div className="ec-row ec-wrap">
        <span className={`ec-badge ec-tone-${in_calendar ? "good" : "quiet"}`}>
          <span className="ec-dot" aria-hidden="true" />
          {in_calendar ? why_not.in_calendar : why_not.not_in_calendar}
        </span>
        <span className="ec-muted">{strings.providers[card].name}, {account_email}</span>
      </div>
      <p>{explainedInWords(explained, due, late, (when) => formatDue(when, locale, time_zone))}</p>
      <p className="ec-small ec-muted">
        {in_calendar && synced_at !== null ? <>{why_not.last_written} {at(synced_at)}.</> : null}{" "}
        {next_try_at === null ? null : <>{why_not.next_attempt} {at(next_try_at)}.</>}
      </p>
      <ItemLinks
        item={{ obligation_url: url, event_url: explained.event_url }}
        title={title}
        card={card}
      />
    </div>
  );
}

/** A text once it has not changed for a while. */
function useSettled(text: string, after_ms: number): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), after_ms);
    return () => clearTimeout(timer);
  }, [text, after_ms]);
  return settled;
}
