import type { ProviderCard } from "../providers.tsx";

/** How the connection of an account begins on a card. */
export function flowOf({ name, server }: ProviderCard) {
  return { provider: name, access: "dedicated", server: server?.url ?? null } as const;
}
