import { useQuery } from "@tanstack/react-query";
import { useRequest } from "../../api/queries.ts";
import type { Integration, Problem } from "../../api/types.ts";
import { useSurroundings } from "../../context.ts";
import { formatDue, formatNumber } from "../../format.ts";
import { Button } from "../../ui/button.tsx";
import { Distance } from "../../ui/distance.tsx";
import { NotLoaded } from "../../ui/not-loaded.tsx";
import { useToast } from "../../ui/toasts.tsx";
import { useErrorToast } from "../use-error-toast.ts";

/** Obligations that are not in a calendar as they should be, each with its reason and another attempt. */
export default function Problems({ integrations }: { readonly integrations: readonly Integration[] }) {
  const { api, strings, locale } = useSurroundings();
  const failed = integrations.map(({ id, progress }) => `${id} ${progress.failed}`).join();
  const list = useQuery({
    // Asked for again whenever a calendar's number of problems has changed.
    queryKey: ["problems", failed],
    queryFn: api.problems,
    placeholderData: (shown) => shown,
    retry: false,
    refetchOnWindowFocus: false,
  });
  if (list.isError) {
    return (
      <NotLoaded
        words={strings.problems.failed}
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
        <p className="ec-muted">{strings.problems.introduction}</p>
        <RetryAll integrations={integrations} />
      </div>
      <ul className="ec-rows">
        {problems.map((problem) => (
          <ProblemRow key={`${problem.integration_id} ${problem.obligation_id}`} problem={problem} />
        ))}
      </ul>
      {total > problems.length
        ? (
          <p className="ec-small ec-muted">
            {strings.problems.shown_of(formatNumber(problems.length, locale), formatNumber(total, locale))}
          </p>
        )
        : null}
    </>
  );
}

function ProblemRow({ problem }: { readonly problem: Problem }) {
  const { api, strings, locale } = useSurroundings();
  const retry = useRequest(() => api.retry(problem.integration_id, problem.obligation_id));
  const toast = useToast();
  const onError = useErrorToast();
  const { company, name } = strings.providers[problem.provider];
  const title = problem.title ?? strings.problems.gone_title;
  return (
    <li className="ec-row-item">
      <div>
        <strong>{title}</strong>{" "}
        {problem.due === null ? null : <span className="ec-muted">· {formatDue(problem.due, locale)}</span>}
        <p>
          {problem.code === "given_up"
            ? strings.problems.reason_given_up(company, formatNumber(problem.attempts, locale))
            : strings.problems.reason_rejected(company)}{" "}
          {problem.reason === null ? null : strings.problems.provider_word(problem.reason)}
        </p>
        <p className="ec-small ec-muted">
          {problem.account_email ?? name} · <Distance instant={problem.since} />
        </p>
      </div>
      <Button
        isWorking={retry.isPending}
        aria-label={strings.problems.retry_named(title)}
        onClick={() =>
          retry.mutate(undefined, { onError, onSuccess: () => toast({ words: strings.problems.retried }) })}
      >
        {strings.problems.retry}
      </Button>
    </li>
  );
}

function RetryAll({ integrations }: { readonly integrations: readonly Integration[] }) {
  const { api, strings } = useSurroundings();
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
      onClick={() =>
        retry.mutate(undefined, { onError, onSuccess: () => toast({ words: strings.problems.retried }) })}
    >
      {strings.problems.retry_all}
    </Button>
  );
}
