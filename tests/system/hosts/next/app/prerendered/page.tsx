import { AllTabs } from "./all-tabs";

/** Rendered once, while the application is built. */
export default function Page() {
  return <AllTabs />;
}
