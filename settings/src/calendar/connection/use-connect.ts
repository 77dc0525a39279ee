import { useMutation } from "@tanstack/react-query";
import { useEffect } from "react";
import type { Access, ProviderName } from "../../api/types.ts";
import { useSurroundings } from "../../context.ts";
import { useErrorToast } from "../use-error-toast.ts";
import { hasPassword } from "../providers.tsx";
import { rememberFlow } from "./last-flow.ts";
import { askPassword } from "./password-request.ts";

/** Begins to connect an account: asks for its password, or leads to the provider's consent page. Stays pending while the browser goes there. */
export function useConnect() {
  const { api, redirect_to } = useSurroundings();
  const onError = useErrorToast();
  const mutation = useMutation({
    mutationFn: async (flow: {
      readonly provider: ProviderName;
      readonly access: Access;
      readonly server?: string | null;
      readonly account_email?: string | null;
    }) => {
      if (hasPassword(flow.provider)) return askPassword(flow);
      const url = await api.authorize({ ...flow, redirect_to });
      rememberFlow(flow);
      location.assign(url);
      await new Promise(() => {});
    },
    onError,
  });
  const { reset } = mutation;
  useEffect(() => {
    // Whoever comes back by the browser's Back finds the page as it was left.
    const reawake = (event: PageTransitionEvent) => {
      if (event.persisted) reset();
    };
    addEventListener("pageshow", reawake);
    return () => removeEventListener("pageshow", reawake);
  }, [reset]);
  return mutation;
}
