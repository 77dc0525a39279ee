/**
 * Tells the database what only the environment knows.
 *
 * @param report makes the call
 * @param onFailure is told why it failed
 * @returns reports once in the life of this process; never rejects, and tries again with the next call where it failed
 */
export function reportOnce(
  report: () => Promise<unknown>,
  onFailure: (error: unknown) => void,
): () => Promise<void> {
  let reported: Promise<void> | null = null;
  return () =>
    reported ??= report().then(() => undefined, (error: unknown) => {
      onFailure(error);
      reported = null;
    });
}
