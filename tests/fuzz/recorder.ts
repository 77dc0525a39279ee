/** A call that went through the gateway, to be made again. */
export interface RecordedCall {
  readonly url: string;
  readonly method: string;
  readonly headers: Headers;
  readonly body: string;
}

/** The calls that a worker makes, and those that wake it. */
const OF_THE_WORKER =
  /\/functions\/v1\/calendar-sync$|\/rest\/v1\/rpc\/calendar_(?:claim|record|renew|retire|next_turn|compare_events|finish_disconnect|begin_refresh|save_tokens|refresh_failed)$/;

/** Keeps what is worth keeping of the gateway's traffic. */
export interface Recorder {
  /** For `startStack`. */
  record(request: Request): void;
  /** Those of the worker so far, in order. */
  calls(): Promise<readonly RecordedCall[]>;
  /** Calls back with every call of the worker from now on; null: no more. */
  echo(listener: ((call: RecordedCall) => void) | null): void;
}

/** @returns a recorder that has heard nothing yet */
export function createRecorder(): Recorder {
  const recorded: Promise<RecordedCall>[] = [];
  let listener: ((call: RecordedCall) => void) | null = null;
  return {
    record(request) {
      if (!OF_THE_WORKER.test(new URL(request.url).pathname) || request.headers.has(REPLAYED)) {
        request.body?.cancel();
        return;
      }
      const call = request.text().then((body): RecordedCall => ({
        url: request.url,
        method: request.method,
        headers: request.headers,
        body,
      }));
      recorded.push(call);
      call.then((made) => listener?.(made));
    },
    calls: () => Promise.all(recorded),
    echo(next) {
      listener = next;
    },
  };
}

const REPLAYED = "x-replayed";

/** Makes a call again, with the same key. */
export async function replay({ url, method, headers, body }: RecordedCall): Promise<number> {
  const again = new Headers(headers);
  again.delete("content-length");
  again.set(REPLAYED, "1");
  const response = await fetch(url, { method, headers: again, body });
  await response.body?.cancel();
  return response.status;
}
