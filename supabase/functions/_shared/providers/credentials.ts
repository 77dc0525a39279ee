/** What a provider lets us in with: an access token that a consent page gave, or what its user typed. */
export type Credentials =
  | { readonly kind: "oauth"; readonly access_token: string }
  | {
    readonly kind: "password";
    /** An https URL. */
    readonly server: string;
    readonly username: string;
    readonly password: string;
  };

/** The credentials of one kind. */
export type CredentialsOf<K extends Credentials["kind"]> = Extract<Credentials, { readonly kind: K }>;
