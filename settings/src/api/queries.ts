import { type QueryClient, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { isBusy } from "../calendar/state.ts";
import { useSurroundings } from "../context.ts";
import { CalendarApiError } from "./error.ts";
import type { Integration } from "./types.ts";

/** While something happens. Two visible tabs stay well below the rate limit. */
const BUSY_POLL_MS = 1_500;
export const REST_POLL_MS = 60_000;
/** What was asked for so lately is not asked for again because of a focus. */
const FRESH_MS = 1_000;
const ERROR_POLL_MS = 5_000;
/** After something was asked for, it may take a moment to begin. */
const EXPECTING_MS = 6_000;

const STATUS_KEY = ["status"];
export const NOTICES_KEY = ["notices"];

let expecting_until_ms = 0;

/** Something was asked for: its effect is looked for before long. */
function expectChange(queries: QueryClient): void {
  expecting_until_ms = Date.now() + EXPECTING_MS;
  void queries.invalidateQueries({ queryKey: STATUS_KEY });
}

/** The user's integrations, kept fresh while the page can be seen. */
export function useIntegrations() {
  const { api } = useSurroundings();
  return useQuery({
    queryKey: STATUS_KEY,
    queryFn: api.status,
    staleTime: 0,
    retry: false,
    refetchOnWindowFocus: ({ state }) => waitOf(state.error) === null ? "always" : false,
    refetchInterval: ({ state }) => {
      if (state.error !== null) return waitOf(state.error) ?? ERROR_POLL_MS;
      const is_lively = Date.now() < expecting_until_ms || state.data?.some(isBusy);
      return is_lively ? BUSY_POLL_MS : REST_POLL_MS;
    },
  });
}

/** @returns milliseconds that the server has asked to wait; null: it has not */
export function waitOf(error: Error | null): number | null {
  const retry_after_s = error instanceof CalendarApiError ? error.retry_after_s : null;
  return retry_after_s === null ? null : retry_after_s * 1000;
}

/** Shows an integration as the server has just answered it, without asking for all again. */
export function showIntegration(queries: QueryClient, changed: Integration): void {
  queries.setQueryData<readonly Integration[]>(
    STATUS_KEY,
    (known) =>
      known?.some(({ id }) => id === changed.id)
        ? known.map((integration) => integration.id === changed.id ? changed : integration)
        : known && [...known, changed],
  );
}

/**
 * A change of one integration, shown as soon as the server has made it. `underWay` is what was asked for and is not
 * answered yet.
 */
export function useIntegrationChange<Input>(change: (input: Input) => Promise<Integration>) {
  const queries = useQueryClient();
  const mutation = useMutation({
    // One after the other: of two at once the server might take the later one first.
    scope: { id: "integration" },
    mutationFn: ({ input }: { readonly input: Input }) => change(input),
    onSuccess: (changed) => showIntegration(queries, changed),
    onSettled: () => expectChangeEverywhere(queries),
  });
  const { isPending, variables } = mutation;
  // The mutation says so a moment later, in which what was clicked would jump back.
  const [asked, setAsked] = useState<{ readonly input: Input } | null>(null);
  useEffect(() => setAsked(null), [isPending, variables]);
  const underWay = asked ?? (isPending ? variables : null);
  return {
    isPending: underWay !== null,
    error: mutation.error,
    underWay: underWay?.input ?? null,
    mutate: (
      input: Input,
      options: { readonly onError?: (error: Error) => void; readonly onSuccess?: () => void } = {},
    ) => {
      setAsked({ input });
      mutation.mutate({ input }, options);
    },
    mutateAsync: (input: Input) => mutation.mutateAsync({ input }),
  };
}

/** A request that changes what `/status` shows some time later. */
export function useRequest<Input, Result>(request: (input: Input) => Promise<Result>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: request,
    onSettled: () => expectChangeEverywhere(queries),
  });
}

/** One for all: what it posts does not come back to itself. */
let channel: BroadcastChannel | null = null;

function otherTabs(): BroadcastChannel {
  return channel ??= new BroadcastChannel("ecocomply-calendar");
}

/** Something was asked for: its effect is looked for before long, here and in other tabs of this browser. */
export function expectChangeEverywhere(queries: QueryClient): void {
  expectChange(queries);
  tellOtherTabs();
}

/** Other tabs of this browser look again. */
export function tellOtherTabs(): void {
  otherTabs().postMessage("changed");
}

/** Looks again when the window gets the focus: beside another window it was seen all the time, and no event said otherwise. */
export function useWindowFocus(): void {
  const queries = useQueryClient();
  useEffect(() => {
    const look = () => {
      const age_ms = Date.now() - (queries.getQueryState(STATUS_KEY)?.dataUpdatedAt ?? 0);
      if (document.hidden || age_ms < FRESH_MS) return;
      for (const queryKey of [STATUS_KEY, NOTICES_KEY]) {
        const error = queries.getQueryState<unknown, Error>(queryKey)?.error ?? null;
        // What is being asked already is not asked from the beginning again: with a slow server that might never end.
        if (waitOf(error) === null) void queries.invalidateQueries({ queryKey }, { cancelRefetch: false });
      }
    };
    addEventListener("focus", look);
    return () => removeEventListener("focus", look);
  }, [queries]);
}

/** Looks again when another tab has changed something; a hidden one does when it is seen again. */
export function useOtherTabs(): void {
  const queries = useQueryClient();
  useEffect(() => {
    const listen = () => {
      if (document.hidden) return;
      expectChange(queries);
      void queries.invalidateQueries({ predicate: ({ queryKey: [name] }) => name !== STATUS_KEY[0] });
    };
    otherTabs().addEventListener("message", listen);
    return () => otherTabs().removeEventListener("message", listen);
  }, [queries]);
}
