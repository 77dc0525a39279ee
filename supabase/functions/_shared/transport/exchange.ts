import { ByteReader } from "./byte-reader.ts";
import type { Connection } from "./connection.ts";
import { type Http1Response, readResponse, wireBytesMax } from "./http1-response.ts";
import { abortable } from "./time-limits.ts";

/** How far a call came. */
export interface CallProgress {
  stage: "wait" | "resolve" | "connect" | "answer";
  /** Whether the other side may have read the request. */
  request_sent: boolean;
  bytes_received: number;
}

/**
 * Sends one request over an open connection, and reads its answer. The connection is closed unless the answer says that it
 * may carry another request.
 *
 * @param bytes the request, encoded
 * @param max_bytes where the answer's body is cut
 * @throws BadAnswer, and whatever goes wrong with the connection
 */
export async function exchange(
  connection: Connection,
  method: string,
  bytes: Uint8Array,
  max_bytes: number,
  progress: CallProgress,
  signal: AbortSignal,
): Promise<Http1Response> {
  const onAbort = () => connection.close();
  signal.addEventListener("abort", onAbort);
  let reusable = false;
  try {
    progress.stage = "answer";
    progress.request_sent = true;
    let written = false;
    // A server may answer before it has read everything, and then close: the answer counts, not the failed write.
    connection.write(bytes).then(() => written = true, () => {});
    const reader = new ByteReader(async () => {
      const chunk = await connection.read();
      progress.bytes_received += chunk?.length ?? 0;
      return chunk;
    }, wireBytesMax(max_bytes));
    const response = await abortable(readResponse(reader, method, max_bytes), signal);
    reusable = response.reusable && written;
    return { ...response, reusable };
  } finally {
    signal.removeEventListener("abort", onAbort);
    if (!reusable) connection.close();
  }
}
