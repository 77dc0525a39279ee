import { z } from "zod";
import { ApiError } from "../platform/errors.ts";
import type { Get, ReadPart } from "../platform/env.ts";
import { CALDAV } from "./caldav/definition.ts";
import type { ProviderDefinition } from "./definition.ts";
import { GOOGLE } from "./google/provider.ts";
import { observeTokenCalls } from "./observe.ts";
import { OUTLOOK } from "./outlook/provider.ts";
import { isOAuth, type OAuthProvider, type PasswordProvider, type Provider } from "./provider.ts";

/** Every provider that there is, in the order in which they are shown. Another one is a folder and a line here. */
const PROVIDERS = [GOOGLE, OUTLOOK, CALDAV] as const;

/** A provider by the name that the database and the API use. */
export type ProviderName = typeof PROVIDERS[number]["name"];

/** Their names. */
export const PROVIDER_NAMES: readonly ProviderName[] = PROVIDERS.map(({ name }) => name);

export const ProviderName: z.ZodType<ProviderName, ProviderName> = z.enum(
  PROVIDER_NAMES,
  `must be ${PROVIDER_NAMES.join(" or ")}`,
);

/** The providers that this installation offers, by name. */
export type Providers = ReadonlyMap<string, Provider>;

/**
 * Reads from the environment which providers are offered. Half a client is a mistake; none at all leaves nothing to connect.
 *
 * @param get where variables come from
 * @param definitions those that there are
 */
export function readProviders(
  get: Get,
  definitions: readonly ProviderDefinition[] = PROVIDERS,
): ReadPart<Providers> {
  const read = definitions.map((definition) => definition.read(get));
  const begun = read.filter(({ provider, needed, is_default }) =>
    (provider !== null && !is_default) || needed.some(({ is_given }) => is_given)
  );
  const missing = (begun.length === 0 ? read : begun).flatMap(({ needed }) =>
    needed.flatMap(({ name, is_given }) => is_given ? [] : [`${name} is missing`])
  );
  return {
    value: new Map(
      read.flatMap(({ provider }) => provider === null ? [] : [[provider.name, observed(provider)]]),
    ),
    problems: [...read.flatMap(({ problems }) => problems), ...missing],
  };
}

/**
 * A provider, however accounts of it are connected.
 *
 * @throws ApiError 400 `provider_not_configured` where this installation does not offer it
 */
export function offeredProvider(providers: Providers, name: string): Provider {
  const provider = providers.get(name);
  if (provider === undefined) {
    throw new ApiError(
      400,
      "provider_not_configured",
      `${labelOf(name)} is not set up on this installation.`,
    );
  }
  return provider;
}

/**
 * The provider of an account that was connected on a consent page, or is about to be.
 *
 * @throws ApiError 400 as {@link offeredProvider}, and `invalid_request` where accounts of it are connected with a password
 */
export function consentProvider(providers: Providers, name: string): OAuthProvider {
  const provider = offeredProvider(providers, name);
  if (!isOAuth(provider)) {
    throw new ApiError(
      400,
      "invalid_request",
      `provider: ${provider.label} is connected with a user name and a password, not on a consent page.`,
    );
  }
  return provider;
}

/**
 * The provider of an account that is about to be connected with a password.
 *
 * @throws ApiError 400 as {@link offeredProvider}, and `invalid_request` where accounts of it are connected on a consent page
 */
export function passwordProvider(providers: Providers, name: string): PasswordProvider {
  const provider = offeredProvider(providers, name);
  if (!isOAuth(provider)) return provider;
  throw new ApiError(
    400,
    "invalid_request",
    `provider: ${provider.label} is connected on its consent page, not with a password.`,
  );
}

function labelOf(name: string): string {
  return PROVIDERS.find((definition) => definition.name === name)?.label ?? name;
}

function observed(provider: Provider): Provider {
  return isOAuth(provider)
    ? { ...provider, connector: observeTokenCalls(provider.name, provider.connector) }
    : provider;
}
