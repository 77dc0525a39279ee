/** A push channel as the database knows it. */
export interface KnownChannel {
  readonly channel_id: string;
  readonly calendar_id: string;
  readonly resource_id: string | null;
  readonly state: "registering" | "active" | "stopping" | "failed";
  readonly renewal_is_due: boolean;
  /** It did not tell of an edit: a new one may do better. */
  readonly is_silent: boolean;
}

/** What is to be done about the channels of a calendar, in this order. */
export interface ChannelPlan {
  readonly step:
    | { readonly kind: "nothing" }
    /** `replaces`: ends once the new one is there, so that no change falls between them. */
    | { readonly kind: "create"; readonly calendar_id: string; readonly replaces: KnownChannel | null }
    | { readonly kind: "renew"; readonly channel: KnownChannel };
  /** To be ended in any case. */
  readonly stop: readonly KnownChannel[];
  /** Never answered for, or given up: there is nothing that could be ended. */
  readonly forget: readonly KnownChannel[];
}

/**
 * Decides what is to be done about the channels of a calendar, so that it has the one that it is to have and no other.
 *
 * @param calendar_id null: it is to have none
 * @param channels those that there are, the newest first
 * @param can_renew whether the provider lets a channel live longer; else it is replaced
 */
export function planChannels(
  calendar_id: string | null,
  channels: readonly KnownChannel[],
  can_renew: boolean,
): ChannelPlan {
  const current =
    channels.find((channel) => channel.state === "active" && channel.calendar_id === calendar_id) ?? null;
  const others = channels.filter((channel) => channel !== current);
  const isOpen = ({ state, resource_id }: KnownChannel) =>
    state === "active" || state === "stopping" || resource_id !== null;
  return {
    step: stepFor(calendar_id, current, can_renew),
    stop: others.filter(isOpen),
    forget: others.filter((channel) => !isOpen(channel)),
  };
}

function stepFor(
  calendar_id: string | null,
  current: KnownChannel | null,
  can_renew: boolean,
): ChannelPlan["step"] {
  if (calendar_id === null) return { kind: "nothing" };
  if (current === null) return { kind: "create", calendar_id, replaces: null };
  if (!current.renewal_is_due) return { kind: "nothing" };
  return can_renew && !current.is_silent
    ? { kind: "renew", channel: current }
    : { kind: "create", calendar_id, replaces: current };
}
