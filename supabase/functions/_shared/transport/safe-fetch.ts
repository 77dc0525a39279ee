import { CallSlots, type SlotLimits } from "./call-slots.ts";
import type { Connection } from "./connection.ts";
import { ConnectionPool } from "./connection-pool.ts";
import { Unreachable } from "./errors.ts";
import { type CallProgress, exchange } from "./exchange.ts";
import { type Destination, type HostPolicy, judgeAddress } from "./host-policy.ts";
import { encodeRequest, type OutboundRequest } from "./http1-request.ts";
import { type Connect, connectByTcp, openConnection, resolveDestination } from "./open-connection.ts";
import { type Resolve, resolveByDns } from "./resolve-host.ts";
import { within } from "./time-limits.ts";

export { AddressNotAllowed, type NotAllowedReason, RedirectRefused, Unreachable } from "./errors.ts";
export {
  type Destination,
  type HostPolicy,
  HostPolicyError,
  isSameSite,
  judgeAddress,
  parseHostPolicy,
} from "./host-policy.ts";
export type { OutboundRequest } from "./http1-request.ts";
export type { Connect } from "./open-connection.ts";
export type { Resolve } from "./resolve-host.ts";

/** Of a call as a whole: waiting for its slot, the name, the connection, the request and the answer. */
const TIMEOUT_MS = 20_000;
const BODY_BYTES_MAX = 8 * 1024 * 1024;
/** Of one process. One site has a part of it, so that a site which never answers stops nobody else. */
const CALLS_AT_ONCE: SlotLimits = { in_total: 48, per_site: 8 };

/** May be sent again on a new connection when an old one is found closed: they change nothing. */
const METHODS_SAFE: readonly string[] = ["GET", "HEAD", "OPTIONS", "PROPFIND", "REPORT"];

/** What the other side answered. It is not to be trusted, and its body is not for users. */
export interface OutboundResponse {
  readonly status: number;
  readonly headers: Headers;
  /** As it was sent: no coding is taken off. */
  readonly body: Uint8Array;
  /** The body is longer than it may be: this is its beginning. */
  readonly truncated: boolean;
}

/** Limits of one call. */
export interface OutboundLimits {
  /** Of the call as a whole; 20 s by default. */
  readonly timeout_ms?: number;
  /** Of the body; 8 MiB by default. 0: the call ends with the head of the answer. */
  readonly max_bytes?: number;
  readonly signal?: AbortSignal;
}

/**
 * Calls an address that a user typed. Never follows a redirect: see `followRedirects`.
 *
 * @throws AddressNotAllowed by its text, before anything is resolved
 * @throws Unreachable whatever else is the matter
 */
export type Outbound = (request: OutboundRequest, limits?: OutboundLimits) => Promise<OutboundResponse>;

/** For logs and metrics of the operator: never for the user who typed the address. */
export interface CallFailure {
  readonly hostname: string;
  /** What the call was at. */
  readonly stage: CallProgress["stage"];
  /** The name of the error's class (`NotPublic`, `ConnectionRefused`, `BadAnswer`, `AbortError` for time, …). */
  readonly error: string;
  readonly after_ms: number;
}

/** What an {@link Outbound} is made of. */
export interface OutboundOptions {
  readonly policy: HostPolicy;
  /** Keeps connections open for a few seconds, for callers that send many requests to one server. */
  readonly keep_alive?: boolean;
  readonly calls_at_once?: SlotLimits;
  readonly onFailure?: (failure: CallFailure) => void;
  /** DNS by default. */
  readonly resolve?: Resolve;
  /** TCP by default. */
  readonly connect?: Connect;
  /** Certificates in PEM that are trusted beside the platform's. */
  readonly ca_certs?: readonly string[];
}

/** A call, and what belongs to it. */
export interface OutboundClient extends Outbound {
  /**
   * Judges an address and what it resolves to now, without a connection. For answers at once; every call checks again.
   *
   * @throws AddressNotAllowed; Unreachable
   */
  readonly check: (url: URL, limits?: OutboundLimits) => Promise<void>;
  /** Closes connections that wait for another request. */
  readonly close: () => void;
}

/** Makes what calls addresses that users typed. One for a process: it counts the calls that are under way. */
export function createOutbound(options: OutboundOptions): OutboundClient {
  const { policy, keep_alive = false, onFailure = () => {} } = options;
  const { resolve = resolveByDns, connect = connectByTcp, ca_certs = [] } = options;
  const slots = new CallSlots(options.calls_at_once ?? CALLS_AT_ONCE);
  const pool = new ConnectionPool();

  async function send(request: OutboundRequest, limits: OutboundLimits = {}): Promise<OutboundResponse> {
    const destination = judgeAddress(policy, request.url);
    const bytes = encodeRequest(request, destination, keep_alive);
    return await guarded(destination, limits, async (progress, signal) => {
      const release = await slots.take(destination.site, signal);
      try {
        const { max_bytes = BODY_BYTES_MAX } = limits;
        return await call(request.method, destination, bytes, max_bytes, progress, signal);
      } finally {
        release();
      }
    });
  }

  async function call(
    method: string,
    destination: Destination,
    bytes: Uint8Array,
    max_bytes: number,
    progress: CallProgress,
    signal: AbortSignal,
  ): Promise<OutboundResponse> {
    const askOver = async (connection: Connection) => {
      const { reusable, ...response } = await exchange(
        connection,
        method,
        bytes,
        max_bytes,
        progress,
        signal,
      );
      if (reusable) pool.put(destination.origin, connection);
      return response;
    };
    const kept = pool.take(destination.origin);
    if (kept !== null) {
      try {
        return await askOver(kept);
      } catch (error) {
        // The other side closed it meanwhile.
        const may_repeat = METHODS_SAFE.includes(method) && progress.bytes_received === 0;
        if (!may_repeat || signal.aborted) throw error;
      }
    }
    progress.stage = "resolve";
    const onResolved = () => {
      progress.stage = "connect";
    };
    return await askOver(
      await openConnection(destination, { resolve, connect, ca_certs }, onResolved, signal),
    );
  }

  /** Runs work within its time; whatever goes wrong is the one error. */
  async function guarded<T>(
    { hostname }: Destination,
    { timeout_ms = TIMEOUT_MS, signal: caller }: OutboundLimits,
    work: (progress: CallProgress, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const started_at = performance.now();
    const progress: CallProgress = { stage: "wait", request_sent: false, bytes_received: 0 };
    try {
      return await within(timeout_ms, caller, (signal) => work(progress, signal));
    } catch (error) {
      onFailure({
        hostname,
        stage: progress.stage,
        error: error instanceof Error ? error.name : "",
        after_ms: Math.round(performance.now() - started_at),
      });
      throw new Unreachable(progress.request_sent);
    }
  }

  async function check(url: URL, limits: OutboundLimits = {}): Promise<void> {
    const destination = judgeAddress(policy, url);
    await guarded(destination, limits, async (progress, signal) => {
      progress.stage = "resolve";
      await resolveDestination(destination, resolve, signal);
    });
  }

  return Object.assign(send, { check, close: () => pool.close() });
}
