import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Arrival } from "../calendars/use-arrival.ts";
import type { Supabase } from "../supabase.ts";
import type { Tables } from "../tables.ts";
import { type Change, changeOf, contentOf, type Draft, type Obligation } from "./obligation.ts";
import { sampleObligations } from "./samples.ts";
import { OBLIGATIONS } from "./use-obligations.ts";

/** What was done last, and how to take it back. */
export interface Done {
  readonly message: string;
  undo(): void;
}

type Answer = PromiseLike<{ readonly error: { readonly message: string } | null }>;

/**
 * Everything that a user does to obligations: plain writes to the table, as the user. That is all that a host has to do.
 *
 * @param arrival is told of each change before it is made
 */
export function useChanges(supabase: Supabase, user_id: string, arrival: Arrival) {
  const queries = useQueryClient();
  const [done, setDone] = useState<Done | null>(null);
  const [problem, setProblem] = useState("");
  const [isWorking, setWorking] = useState(false);
  const table = () => supabase.from("obligations");

  const write = async (
    ids: readonly string[],
    answer: () => Answer,
    then: Done | null,
  ): Promise<boolean> => {
    if (isWorking) return false;
    setWorking(true);
    setProblem("");
    setDone(null);
    arrival.expect(ids);
    const { error } = await answer();
    setWorking(false);
    setDone(error === null ? then : null);
    if (error !== null) setProblem(`That was not saved: ${error.message}`);
    await queries.invalidateQueries({ queryKey: OBLIGATIONS });
    return error === null;
  };
  /** Before it is saved: a box that is ticked stays so. What was not saved is read again. */
  const show = async (change: (rows: readonly Obligation[]) => Obligation[]) => {
    await queries.cancelQueries({ queryKey: OBLIGATIONS });
    queries.setQueryData<Obligation[]>(OBLIGATIONS, (rows = []) => change(rows));
  };
  const takeBack = (ids: readonly string[], answer: () => Answer) => () => void write(ids, answer, null);
  const insert = (rows: Tables["obligations"]["Insert"][]) => () => table().insert(rows);
  const remove = (ids: readonly string[]) => () => table().delete().in("id", ids);
  const update = (id: string, change: Change) => () => table().update(change).eq("id", id);
  const addAll = (rows: Tables["obligations"]["Insert"][], ids: readonly string[], message: string) =>
    write(ids, insert(rows), { message, undo: takeBack(ids, remove(ids)) });

  return {
    done,
    problem,
    isWorking,
    took_ms: arrival.took_ms,
    add: (draft: Draft) => {
      const id = crypto.randomUUID();
      const row = { id, user_id, url: pageOf(id), ...changeOf(draft, readersZone()) };
      return addAll([row], [id], `${row.title} is added.`);
    },
    addSamples: (count: number) => {
      const rows = sampleObligations(count).map((sample) => {
        const id = crypto.randomUUID();
        return { id, user_id, url: pageOf(id), ...sample };
      });
      return addAll(rows, rows.map(({ id }) => id), `${count} obligations are added.`);
    },
    change: async (row: Obligation, change: Change, message: string) => {
      if (isWorking) return false;
      await show((rows) => rows.map((one) => one.id === row.id ? { ...one, ...change } : one));
      return await write([row.id], update(row.id, change), {
        message,
        undo: takeBack([row.id], update(row.id, contentOf(row))),
      });
    },
    remove: async (row: Obligation) => {
      if (isWorking) return false;
      await show((rows) => rows.filter(({ id }) => id !== row.id));
      return await write([row.id], remove([row.id]), {
        message: `${row.title} is deleted.`,
        undo: takeBack([row.id], insert([row])),
      });
    },
  };
}

export type Changes = ReturnType<typeof useChanges>;

/** Where the link of its event leads: to its place in this list. */
function pageOf(id: string): string {
  return `${location.origin}/#${id}`;
}

export function readersZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}
