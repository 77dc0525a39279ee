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
    :root{color-scheme:light dark;--line:light-dark(#dfe3e8,#30363d);--accent:light-dark(#0b63c5,#6cb6ff)}*{box-sizing:border-box}
    body{font:16px/1.5 system-ui,sans-serif;max-width:30rem;margin:min(10vh,5rem) auto;padding:0 1rem;background:light-dark(#f4f6f8,#0d1117);color:light-dark(#1b1f24,#e6edf3)}
    h1{margin:0 0 .25rem;font-size:1.4rem}p{margin:0;color:light-dark(#57606a,#9ba5b0)}form{margin-top:1rem;padding:1.25rem;border:1px solid var(--line);border-radius:14px;background:light-dark(#fff,#161b22)}
    fieldset{border:1px solid var(--line);border-radius:10px;margin:0 0 1rem;padding:.5rem 1rem}legend{padding:0 .4rem;font-weight:600}label{display:block;padding:.4rem 0}
    button{min-height:2.75rem;font:inherit;padding:.5rem 1.25rem;border-radius:8px;border:1px solid light-dark(#7d8590,#717982);background:none;color:inherit;cursor:pointer;margin-right:.5rem}
    button[value=allow]{background:var(--accent);border-color:var(--accent);color:light-dark(#fff,#0d1117);font-weight:600}code{overflow-wrap:anywhere}
    :focus-visible{outline:2px solid var(--accent);outline-offset:2px}</style>
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
