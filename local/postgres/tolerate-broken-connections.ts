/**
 * Keeps this process alive when the database cuts connections: postgres 3.4 may then still write to the socket that has
 * just gone, outside of any query. The queries themselves have failed by then, and the pool connects anew.
 */
export function tolerateBrokenConnections(): void {
  globalThis.addEventListener("error", (event) => {
    const { error } = event;
    if (
      error instanceof TypeError && error.message.includes("reading 'write'") &&
      error.stack?.includes("postgres/src/connection.js")
    ) {
      event.preventDefault();
    }
  });
}
