import { Host } from "./host";

/** Rendered on the server for each request. */
export const dynamic = "force-dynamic";

export default function Page() {
  const { SUPABASE_URL = "", SUPABASE_PUBLISHABLE_KEY = "" } = process.env;
  return <Host url={SUPABASE_URL} publishableKey={SUPABASE_PUBLISHABLE_KEY} />;
}
