import { html } from "hono/html";

type Html = ReturnType<typeof html>;

/** What the page says and offers. */
export interface ConsentPage {
  /** "Google", "Microsoft". */
  readonly provider: string;
  readonly heading: string;
  readonly accounts: readonly { readonly email: string; readonly name: string }[];
  /** Kept, so that the answer is the same request with a decision in it. */
  readonly query: URLSearchParams;
  /** Shown to the person. */
  readonly scopes: readonly string[];
  /** Whether each scope has a box of its own to tick. */
  readonly choice: boolean;
}

/** The page on which a person chooses an account and allows or denies. */
export function consentPage({ provider, heading, accounts, query, scopes, choice }: ConsentPage): Html {
  // The decision says so when every box is unticked.
  const none = choice ? html`<input type="hidden" name="emulator_scopes" value="">` : "";
  return html`
    <!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <title>Sign in – ${provider} emulator</title>
        <meta name="viewport" content="width=device-width">
        <style>
    :root{color-scheme:light dark}body{font:16px system-ui;max-width:28rem;margin:10vh auto;padding:0 1rem}
    fieldset{border:1px solid #8886;border-radius:8px;margin:1rem 0}label{display:block;padding:.4rem 0}
    button{font:inherit;padding:.6rem 1.2rem;border-radius:8px;border:1px solid #8888;cursor:pointer;margin-right:.5rem}
    button[value=allow]{background:#1a73e8;color:#fff;border-color:#1a73e8}code{overflow-wrap:anywhere}</style>
      </head>
      <body>
        <h1>${heading}</h1>
        <p>EcoComply wants access. This page stands in for ${provider}'s.</p>
        <form
          method="get">${[...query].filter(([name]) => !name.startsWith("emulator_")).map(([name, value]) =>
            html`<input type="hidden" name="${name}" value="${value}">`
          )}<fieldset><legend>Account</legend>${accounts.map(({ email, name }, index) =>
            html`<label><input type="radio" name="emulator_account" value="${email}" ${
              index === 0 ? "checked" : ""
            }> ${name} (${email})</label>`
          )}</fieldset><fieldset><legend>Access</legend>${none}${scopes.map((scope) =>
            html`<label>${
              choice ? html`<input type="checkbox" name="emulator_scopes" value="${scope}" checked>` : ""
            } <code>${scope}</code></label>`
          )}</fieldset><button name="emulator_consent" value="allow">Allow</button><button name="emulator_consent" value="deny">Cancel</button>
        </form>
      </body>
    </html>
  `;
}
