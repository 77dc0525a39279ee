import type { Integration } from "../../api/types.ts";
import { ActivityPanel } from "./activity-panel.tsx";
import { ProblemsPanel } from "./problems-panel.tsx";
import { WhyNotPanel } from "./why-not-panel.tsx";

/** What is wrong, why something is missing, what was done. */
export default function Panels({ integrations }: { readonly integrations: readonly Integration[] }) {
  return (
    <>
      <ProblemsPanel integrations={integrations} />
      <WhyNotPanel />
      <ActivityPanel integrations={integrations} />
    </>
  );
}
