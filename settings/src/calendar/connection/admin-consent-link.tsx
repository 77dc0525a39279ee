import { useQuery } from "@tanstack/react-query";
import type { ProviderName } from "../../api/types.ts";
import { useSurroundings } from "../../context.ts";
import { CopyField } from "../../ui/copy-field.tsx";
import { useLateStrings } from "../../use-late-strings.ts";

/**
 * What a user sends to the administrator who has to allow the connection.
 *
 * @param known where the link is known already, as that of the account's own organisation
 */
export default function AdminConsentLink(
  { provider, known = null }: { readonly provider: ProviderName; readonly known?: string | null },
) {
  const { api } = useSurroundings();
  const { returned } = useLateStrings();
  const link = useQuery({
    queryKey: ["admin_consent", provider],
    queryFn: () => api.adminConsentUrl(provider),
    enabled: known === null,
    staleTime: Infinity,
    refetchOnWindowFocus: false,
  });
  const url = known ?? link.data;
  return url === undefined ? null : <CopyField label={returned.admin_consent_link} value={url} />;
}
