/** What a tab is about. */
export function TabHead({ heading, introduction }: {
  readonly heading: string;
  readonly introduction: string;
}) {
  return (
    <header className="ec-head">
      <h2>{heading}</h2>
      <p className="ec-muted">{introduction}</p>
    </header>
  );
}
