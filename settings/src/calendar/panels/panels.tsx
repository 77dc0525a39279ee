import { useState } from "react";
import type { Integration } from "../../api/types.ts";
import { useSurroundings } from "../../context.ts";
import { Fold } from "../../ui/fold.tsx";
import { useKnownNotices, useMoves } from "../../notices/use-notices.ts";
import { MOVES_ID, PROBLEMS_HEADING_ID } from "./anchors.ts";
import { lazyPart, Part } from "../../ui/part.tsx";

const Problems = lazyPart(() => import("./problems.tsx"));
const Moves = lazyPart(() => import("../../moves/moves.tsx"));
const WhyNot = lazyPart(() => import("./why-not.tsx"));
const Activities = lazyPart(() => import("./activities.tsx"));

/** What is wrong, why something is missing, what was done. What was never wrong is not spoken of. */
export function Panels({ integrations }: { readonly integrations: readonly Integration[] }) {
  const { strings } = useSurroundings();
  const moves = useMoves();
  const has_problems = integrations.some(({ progress }) => progress.failed > 0);
  // A notice of one leads there.
  const is_noticed = useKnownNotices("deadline_failed").length > 0;
  const had_problems = useEver(has_problems || is_noticed);
  const had_moves = useEver(moves.length > 0);
  return (
    <>
      {had_problems
        ? (
          <section className="ec-panel" tabIndex={-1} aria-labelledby={PROBLEMS_HEADING_ID}>
            <h3 id={PROBLEMS_HEADING_ID} tabIndex={-1}>{strings.problems.heading}</h3>
            {has_problems
              ? (
                <Part fallback={<p className="ec-muted">{strings.loading_part}</p>}>
                  <Problems integrations={integrations} />
                </Part>
              )
              : <p className="ec-muted">{strings.problems.solved}</p>}
          </section>
        )
        : null}
      {had_moves
        ? (
          <Fold
            id={MOVES_ID}
            heading={strings.moves.heading}
            isWanted={moves.some(({ dismissed_at }) => dismissed_at === null)}
          >
            <Moves integrations={integrations} />
          </Fold>
        )
        : null}
      <Fold heading={strings.why_not.heading}>
        <WhyNot integrations={integrations} />
      </Fold>
      <Fold heading={strings.activity.heading}>
        <Activities integrations={integrations} />
      </Fold>
    </>
  );
}

/** Whether this was so at any time since the page was opened: what has just been solved is seen to be. */
function useEver(is_so: boolean): boolean {
  const [was_so, setSo] = useState(is_so);
  if (is_so && !was_so) setSo(true);
  return was_so || is_so;
}
