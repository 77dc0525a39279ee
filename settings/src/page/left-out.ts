/** Stands in for the parts of supabase-js that this page does not use, see vite.config.ts. */
export class RealtimeClient {
  /** What the client tells it of every new session. */
  setAuth(): Promise<void> {
    return Promise.resolve();
  }
}
export class StorageClient {}
export class StorageApiError extends Error {}
export class PostgrestClient {}
export class PostgrestError extends Error {}
