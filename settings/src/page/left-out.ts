/** Stands in for the parts of supabase-js that this page does not use, see vite.config.ts. */
export class RealtimeClient {}
export class StorageClient {}
export class StorageApiError extends Error {}
