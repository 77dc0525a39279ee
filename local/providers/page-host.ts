/**
 * The part of the emulators' page that tells the page around its frame what the shown account holds: the version of each obligation's
 * event, by the obligation's id. The demo measures with it how soon a change is seen. The page's own script calls `tellHost`.
 */
export const HOST_SCRIPT = `
function tellHost(events) {
  if (parent === window) return;
  const versions = events.filter(({ obligation_id }) => obligation_id !== null).map(({ obligation_id, version }) => [obligation_id, version]);
  parent.postMessage({ kind: "calendar", versions: Object.fromEntries(versions) }, "*");
}
`;
