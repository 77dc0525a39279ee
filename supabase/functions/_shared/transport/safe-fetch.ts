import { abortable } from "./abortable.ts";
import { ByteReader } from "./byte-reader.ts";
import { CallSlots } from "./call-slots.ts";
import { type Connect, connectByTcp, type Connection, openConnection } from "./connection.ts";
import { ConnectionPool } from "./connection-pool.ts";
import { Unreachable } from "./errors.ts";
import { type Destination, type HostPolicy, judgeAddress } from "./host-policy.ts";
import { encodeRequest, type OutboundRequest } from "./http1-request.ts";
import { type Http1Response, readResponse, wireBytesMax } from "./http1-response.ts";
import { type Resolve, resolveByDns, resolvePublic } from "./resolve-host.ts";

export { AddressNotAllowed, type NotAllowedReason, Unreachable } from "./errors.ts";
export {
  type Destination,
  type HostPolicy,
  HostPolicyError,
  isSameSite,
  judgeAddress,
  parseHostPolicy,
} from "./host-policy.ts";
export type { OutboundRequest } from "./http1-request.ts";
export type { Connect } from "./connection.ts";
export type { Resolve } from "./resolve-host.ts";

/** Of a call as a whole: waiting for its slot, the name, the connection, the request and the answer. */
const TIMEOUT_MS = 20_000;
/** To resolve and to connect, to all addresses of a name together. */
const CONNECT_TIMEOUT_MS = 10_000;
/** Of one address, so that the next has its chance. */
const ADDRESS_TIMEOUT_MS = 4_000;
const ADDRESSES_MAX = 4;
const BODY_BYTES_MAX = 8 * 1024 * 1024;
/** Of one process. One site has a part of it, so that a site which never answers stops nobody else. */
const CALLS_AT_ONCE = { in_total: 48, per_site: 8 };

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
  /** Of the body; 8 MiB by default. */
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

/** What a call came to before it failed. */
export type CallStage = "wait" | "resolve" | "connect" | "answer";

/** For logs and metrics of the operator: never for the user who typed the address. */
export interface CallFailure {
  readonly hostname: string;
  readonly stage: CallStage;
  readonly after_ms: number;
}

export interface OutboundOptions {
  readonly policy: HostPolicy;
  /** Keeps connections open for a few seconds, for callers that send many requests to one server. */
  readonly keep_alive?: boolean;
  readonly calls_at_once?: { readonly in_total: number; readonly per_site: number };
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

/** Makes what calls addresses that users typed. */
export function createOutbound(options: OutboundOptions): OutboundClient {
  const {
    policy,
    keep_alive = false,
    onFailure = () => {},
    resolve = resolveByDns,
    connect = connectByTcp,
    ca_certs = [],
  } = options;
  const slots = new CallSlots(options.calls_at_once ?? CALLS_AT_ONCE);
  const pool = new ConnectionPool();

  const addressesOf = async ({ hostname, may_be_private }: Destination, signal: AbortSignal) =>
    // The operator named it: the system's resolver knows it, `/etc/hosts` and inner names included.
    may_be_private
      ? [hostname.replace(/^\[|\]$/g, "")]
      : (await resolvePublic(hostname, resolve, signal)).slice(0, ADDRESSES_MAX);

  async function open(destination: Destination, call: Call, signal: AbortSignal): Promise<Connection> {
    const ends_at = performance.now() + CONNECT_TIMEOUT_MS;
    call.stage = "resolve";
    const addresses = await within(
      CONNECT_TIMEOUT_MS,
      signal,
      (until) => addressesOf(destination, until),
    );
    call.stage = "connect";
    let failure: unknown = new Error("No address could be tried.");
    for (const address of addresses) {
      const left_ms = Math.min(ADDRESS_TIMEOUT_MS, ends_at - performance.now());
      if (left_ms <= 0) break;
      try {
        return await within(
          left_ms,
          signal,
          (until) => openConnection(destination, address, connect, ca_certs, until),
        );
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  }

  async function exchange(
    request: OutboundRequest,
    { origin }: Destination,
    connection: Connection,
    bytes: Uint8Array,
    max_bytes: number,
    call: Call,
    signal: AbortSignal,
  ): Promise<OutboundResponse> {
    const onAbort = () => connection.close();
    signal.addEventListener("abort", onAbort);
    let kept = false;
    try {
      call.stage = "answer";
      call.request_sent = true;
      let written = false;
      // A server may answer and close before it has read everything.
      const writing = connection.write(bytes).then(() => written = true, () => {});
      const reader = new ByteReader(async () => {
        const chunk = await connection.read();
        call.bytes_received += chunk?.length ?? 0;
        return chunk;
      }, wireBytesMax(max_bytes));
      const { reusable, ...response } = await abortable<Http1Response>(
        readResponse(reader, request.method, max_bytes),
        signal,
      );
      kept = keep_alive && reusable && written;
      if (!kept) connection.close();
      await writing;
      if (kept) pool.put(origin, connection);
      return response;
    } finally {
      signal.removeEventListener("abort", onAbort);
      if (!kept) connection.close();
    }
  }

  async function send(request: OutboundRequest, limits: OutboundLimits = {}): Promise<OutboundResponse> {
    const destination = judgeAddress(policy, request.url);
    const bytes = encodeRequest(request, destination, keep_alive);
    const max_bytes = limits.max_bytes ?? BODY_BYTES_MAX;
    return await guarded(destination, limits, async (call, signal) => {
      const release = await slots.take(destination.site, signal);
      try {
        const kept = pool.take(destination.origin);
        if (kept !== null) {
          try {
            return await exchange(request, destination, kept, bytes, max_bytes, call, signal);
          } catch (error) {
            const may_repeat = METHODS_SAFE.includes(request.method) && call.bytes_received === 0;
            if (!may_repeat || signal.aborted) throw error;
          }
        }
        const connection = await open(destination, call, signal);
        return await exchange(request, destination, connection, bytes, max_bytes, call, signal);
      } finally {
        release();
      }
    });
  }

  /** Runs a call within its time; whatever goes wrong is the one error. */
  async function guarded<T>(
    { hostname }: Destination,
    { timeout_ms = TIMEOUT_MS, signal: caller }: OutboundLimits,
    work: (call: Call, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const started_at = performance.now();
    const call: Call = { stage: "wait", request_sent: false, bytes_received: 0 };
    try {
      return await within(timeout_ms, caller, (signal) => work(call, signal));
    } catch {
      onFailure({ hostname, stage: call.stage, after_ms: Math.round(performance.now() - started_at) });
      throw new Unreachable(call.request_sent);
    }
  }

  async function check(url: URL, limits: OutboundLimits = {}): Promise<void> {
    const destination = judgeAddress(policy, url);
    await guarded(destination, limits, async (call, signal) => {
      call.stage = "resolve";
      await addressesOf(destination, signal);
    });
  }

  return Object.assign(send, { check, close: () => pool.close() });
}

/** One call under way. */
interface Call {
  stage: CallStage;
  request_sent: boolean;
  bytes_received: number;
}

/** Runs work with a signal that ends it after a time, or with its caller's. */
async function within<T>(
  ms: number,
  caller: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const abort = () => controller.abort();
  const timer = setTimeout(abort, ms);
  caller?.addEventListener("abort", abort, { once: true });
  if (caller?.aborted) abort();
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
    caller?.removeEventListener("abort", abort);
  }
}
