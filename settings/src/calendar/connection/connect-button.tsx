import { Button } from "../../ui/button.tsx";
import { useSurroundings } from "../../context.ts";
import { useConnect } from "./use-connect.ts";

/** Leads to the provider's consent page, and says so while it does. */
export function ConnectButton({ flow, label, name, look = "primary", className = "" }: {
  readonly flow: Parameters<ReturnType<typeof useConnect>["mutate"]>[0];
  readonly label: string;
  /** For a screen reader, where the label alone does not say which account it is about. */
  readonly name?: string;
  readonly look?: "primary" | "quiet";
  readonly className?: string;
}) {
  const { strings } = useSurroundings();
  const connect = useConnect();
  return (
    <Button
      look={look}
      className={className}
      isWorking={connect.isPending}
      onClick={() => connect.mutate(flow)}
      aria-label={name}
    >
      {connect.isPending ? strings.connect.going(strings.providers[flow.provider].company) : label}
    </Button>
  );
}
