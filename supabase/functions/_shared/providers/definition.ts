import type { z } from "zod";
import { type Get, parseVariables } from "../platform/env.ts";
import type { Provider } from "./provider.ts";

/** A provider as the environment describes it. */
export interface ReadProvider {
  /** Null where this installation does not offer it. */
  readonly provider: Provider | null;
  /** Malformed variables, in words and without their values. */
  readonly problems: readonly string[];
  /** Variables without which it is not offered, by whether they are there. */
  readonly needed: readonly { readonly name: string; readonly is_given: boolean }[];
  /** It is offered where nothing is set, so that it says nothing of whether anything was. */
  readonly is_default?: true;
}

/** Everything that the rest has to know of a provider: its folder has one of these, and the registry lists it. */
export interface ProviderDefinition<Name extends string = string> {
  readonly name: Name;
  /** What people call it. */
  readonly label: string;
  read(get: Get): ReadProvider;
}

/**
 * Describes a provider.
 *
 * @param given.variables the environment variables that are its own
 * @param given.needed without one of these the provider is not offered
 * @param given.create makes the provider; null where a variable that it needs is missing
 */
export function defineProvider<Name extends string, V extends z.ZodObject>(given: {
  readonly name: Name;
  readonly label: string;
  readonly variables: V;
  readonly needed: readonly (keyof V["shape"] & string)[];
  readonly create: (variables: z.output<V>) => Provider | null;
}): ProviderDefinition<Name> {
  const { name, label, variables, needed, create } = given;
  return {
    name,
    label,
    read(get) {
      const { values, problems } = parseVariables(variables, get);
      return {
        provider: values === null ? null : create(values),
        problems,
        needed: needed.map((variable) => ({ name: variable, is_given: Boolean(get(variable)) })),
      };
    },
  };
}
