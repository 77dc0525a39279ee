import type { Integration } from "../../api/types.ts";
import { useSurroundings } from "../../context.ts";
import { Fold } from "../../ui/fold.tsx";
import { PROBLEMS_HEADING_ID } from "./anchors.ts";
import { lazyPart, Part } from "../../ui/part.tsx";

const Problems = lazyPart(() => import("./problems.tsx"));
const WhyNot = lazyPart(() => import("./why-not.tsx"));
const Activities = lazyPart(() => import("./activities.tsx"));

/** What is wrong, why something is missing, what was done. */
export function Panels({ integrations }: { readonly integrations: readonly Integration[] }) {
  const { strings } = useSurroundings();
  const has_problems = integrations.some(({ progress }) => progress.failed > 0);
  return (
    <>
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
      <Fold heading={strings.why_not.heading}>
        <WhyNot integrations={integrations} />
      </Fold>
      <Fold heading={strings.activity.heading}>
        <Activities integrations={integrations} />
      </Fold>
    </>
  );
}
