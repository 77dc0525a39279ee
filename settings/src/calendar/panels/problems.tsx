import { useQuery } from "@tanstack/react-query";
import { useRequest } from "../../api/queries.ts";
import { useMoreApi } from "../../api/more.ts";
import type { Integration, Problem } from "../../api/types.ts";
import { useSurroundings } from "../../context.ts";
import { formatDue, formatNumber } from "../../format.ts";
import { Button } from "../../ui/button.tsx";
import { Distance } from "../../ui/distance.tsx";
import { NotLoaded } from "../../ui/not-loaded.tsx";
import { useToast } from "../../ui/toasts.tsx";
import { ItemLinks } from "../event-link.tsx";
import { cardIn, type CardName } from "../providers.tsx";
import { useErrorToast } from "../use-error-toast.ts";
import { useLateStrings } from "../../use-late-strings.ts";
import { problemInWords } from "./problem-words.ts";

/** The list and the calendars' numbers are asked for one after the other: where they differ, the list is asked for again so soon. */
const AGAIN_MS = 2_000;
const ASKED_MAX = 10;

/** Obligations that are not in a calendar as they should be, each with its reason and another attempt. */
export default function Problems({ integrations }: { readonly integrations: readonly Integration[] }) {
  const { strings, locale } = useSurroundings();
  const api = useMoreApi();
  const words = useLateStrings().problems;
  const failed = integrations.map(({ id, progress }) => `${id} ${progress.failed}`).join();
  const number = integrations.reduce((sum, { progress }) => sum + progress.failed, 0);
  const list = useQuery({
    // Asked for again whenever a calendar's number of problems has changed.
    queryKey: ["problems", failed],
    queryFn: api.problems,
    placeholderData: (shown) => shown,
    retry: false,
    refetchOnWindowFocus: false,
    // It was asked for while one of them was being tried again: then the number is the same before and after.
    refetchInterval: ({ state: { data, dataUpdateCount } }) =>
      data !== undefined && data.total !== number && dataUpdateCount < ASKED_MAX ? AGAIN_MS : false,
  });
  if (list.isError && list.data === undefined) {
    return (
      <NotLoaded
        words={words.failed}
        error={list.error}
        onRepeat={() => void list.refetch()}
      />
    );
  }
  if (list.data === undefined) return <p role="status" className="ec-muted">{strings.loading_part}</p>;
  const { problems, total } = list.data;
  return (
    <>
      <div className="ec-row ec-spread ec-wrap">
        <p className="ec-muted">{words.introduction}</p>
        <RetryAll integrations={integrations} />
      </div>
      <ul className="ec-rows">
        {problems.map((problem) => (
          <ProblemRow
            key={`${problem.integration_id} ${problem.obligation_id}`}
            problem={problem}
            card={cardIn(integrations, problem)}
          />
        ))}
      </ul>
      {total > problems.length
        ? (
          <p className="ec-small ec-muted">
            {words.shown_of(formatNumber(problems.length, locale), formatNumber(total, locale))}
          </p>
        )
        : null}
    </>
  );
}

function ProblemRow({ problem, card }: { readonly problem: Problem; readonly card: CardName }) {
  const { strings, locale, time_zone } = useSurroundings();
  const api = useMoreApi();
  const words = useLateStrings().problems;
  const retry = useRequest(() => api.retry(problem.integration_id, problem.obligation_id));
  const toast = useToast();
  const onError = useErrorToast();
  const { company, name } = strings.providers[card];
  const title = problem.title ?? words.gone_title;
  const format = (when: string) => formatDue(when, locale, time_zone);
  return (
    <li className="ec-row-item">
      <div>
        <strong>{title}</strong>{" "}
        {problem.due === null ? null : <span className="ec-muted">· {format(problem.due)}</span>}
        <p>
          {problemInWords(problem, company, formatNumber(problem.attempts, locale), words, format)}
        </p>
        <p className="ec-small ec-muted">
          {problem.account_email ?? name} · <Distance instant={problem.since} />
        </p>
        <ItemLinks item={problem} title={title} card={card} />
      </div>
      <Button
        isWorking={retry.isPending}
        aria-label={words.retry_named(title)}
        onClick={() => retry.mutate(undefined, { onError, onSuccess: () => toast({ words: words.retried }) })}
      >
        {words.retry}
      </Button>
    </li>
  );
}

function RetryAll({ integrations }: { readonly integrations: readonly Integration[] }) {
  const api = useMoreApi();
  const words = useLateStrings().problems;
  const toast = useToast();
  const onError = useErrorToast();
  const retry = useRequest(() =>
    Promise.all(
      integrations.filter(({ progress }) => progress.failed > 0).map(({ id }) => api.retry(id, null)),
    )
  );
  return (
    <Button
      isWorking={retry.isPending}
      onClick={() => retry.mutate(undefined, { onError, onSuccess: () => toast({ words: words.retried }) })}
    >
      {words.retry_all}
    </Button>
  );
}
