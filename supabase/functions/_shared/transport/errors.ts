/** Why an address may not be called, found in its text. */
export type NotAllowedReason =
  | "malformed"
  | "scheme"
  | "user_information"
  | "ip_literal"
  | "port"
  | "not_listed"
  | "own_origin";

const WHAT_TO_DO: Readonly<Record<NotAllowedReason, string>> = {
  malformed: "This is not the address of a server.",
  scheme: "The address must begin with https://.",
  user_information: "The address must not contain a user name or a password.",
  ip_literal: "The address must name a host, not an IP address.",
  port: "The address must use port 443 or 8443.",
  not_listed: "This server is not among those that may be called.",
  own_origin: "The address must not be one of this service itself.",
};

/**
 * An address that may not be called. Judged by its text alone, before anything is resolved: so it says nothing about a
 * network, and may be answered at once.
 */
export class AddressNotAllowed extends Error {
  override readonly name = "AddressNotAllowed";
  constructor(readonly reason: NotAllowedReason) {
    super(WHAT_TO_DO[reason]);
  }
}

/**
 * There is no answer. One error for a private address, a name that is not known, a closed port, a wrong certificate,
 * silence and nonsense: whoever typed the address must not learn which. Show it to users by `unreachableAt`, since the
 * time that it takes tells as much.
 */
export class Unreachable extends Error {
  override readonly name = "Unreachable";
  /**
   * @param request_sent whether the other side may have read the request: what it changed is then unknown. For callers
   * that decide about another try, never for users.
   */
  constructor(readonly request_sent: boolean = false) {
    super("The server cannot be reached.");
  }
}

/** The server answers, and sends its caller where nothing may be sent: to another site, or in a circle. */
export class RedirectRefused extends Unreachable {}
