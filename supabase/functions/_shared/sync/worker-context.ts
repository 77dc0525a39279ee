import type { PushContext } from "./channel-store.ts";
import type { DisconnectContext } from "./finish-disconnect.ts";

/** What working lanes of every kind needs from outside. */
export type WorkerContext = DisconnectContext & PushContext;
