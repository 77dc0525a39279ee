import { ConfigurationError, type Env } from "../platform/env.ts";
import {
  AddressNotAllowed,
  type Destination,
  type HostPolicy,
  HostPolicyError,
  judgeAddress,
  parseHostPolicy,
} from "../transport/safe-fetch.ts";

/** Names that lead into a network, whoever asks (RFC 6761, RFC 6762, RFC 8375, ICANN's reservation of internal). */
const INNER_NAME = /(?:^|\.)(?:localhost|local|internal|home\.arpa|invalid|test)$/;

/**
 * Which addresses webhooks may have.
 *
 * @throws ConfigurationError that names the variable where it cannot be read
 */
export function webhookPolicy(env: Pick<Env, "webhook_hosts" | "supabase_url" | "public_url">): HostPolicy {
  try {
    return parseHostPolicy(env.webhook_hosts, { own_origins: [env.supabase_url, env.public_url] });
  } catch (error: unknown) {
    if (!(error instanceof HostPolicyError)) throw error;
    throw new ConfigurationError(`Set the function secrets: CALENDAR_WEBHOOK_HOSTS ${error.message}.`);
  }
}

/** Where a webhook's calls go. */
export interface WebhookAddress extends Destination {
  /** As it is called: what its user is told of it is true. An origin keeps its text, with or without a slash. */
  readonly url: string;
}

/**
 * Judges the address of a webhook by its text alone: what a user is told at once says nothing about a network. What its name
 * leads to is checked with every attempt.
 *
 * @throws AddressNotAllowed
 */
export function judgeWebhookAddress(policy: HostPolicy, text: string): WebhookAddress {
  if (!text.isWellFormed() || !URL.canParse(text)) throw new AddressNotAllowed("malformed");
  const url = new URL(text);
  const destination = judgeAddress(policy, url);
  const { hostname, may_be_private } = destination;
  if (!may_be_private && (!hostname.includes(".") || INNER_NAME.test(hostname))) {
    throw new AddressNotAllowed("not_listed");
  }
  return { ...destination, url: url.href === `${text}/` ? text : url.href };
}
