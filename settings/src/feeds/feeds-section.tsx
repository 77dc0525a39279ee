import type { Integration } from "../api/types.ts";
import { useSurroundings } from "../context.ts";
import { Fold } from "../ui/fold.tsx";
import { lazyPart } from "../ui/part.tsx";

const Feeds = lazyPart(() => import("./feeds.tsx"));

/** Calendar links, for whoever connects no account or uses another application. */
export function FeedsSection({ integrations }: { readonly integrations: readonly Integration[] }) {
  const { strings } = useSurroundings();
  return (
    <Fold heading={strings.feeds.heading}>
      <Feeds is_connected={integrations.some(({ status }) => status === "active")} />
    </Fold>
  );
}
