import { useQuery } from "@tanstack/react-query";
import type { ProviderName } from "../../api/types.ts";
import { useSurroundings } from "../../context.ts";
import { CopyField } from "../../ui/copy-field.tsx";

/**
 * What a user sends to the administrator who has to allow the connection.
 *
 * @param known where the link is known already, as that of the account's own organisation
 */
export default function AdminConsentLink(
  { provider, known = null }: { readonly provider: ProviderName; readonly known?: string | null },
) {
  const { api, strings } = useSurroundings();
  const link = useQuery({
    queryKey: ["admin_consent", provider],
    queryFn: () => api.adminConsentUrl(provider),
    enabled: known === null,
    staleTime: Infinity,
    refetchOnWindowFocus: false,
  });
  const url = known ?? link.data;
  return url === undefined ? null : <CopyField label={strings.returned.admin_consent_link} value={url} />;
}
