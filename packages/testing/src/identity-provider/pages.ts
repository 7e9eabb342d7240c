import type { ErrorOut, KoaContextWithOIDC } from "oidc-provider";

import type { IdentityUser } from "./identity-user.ts";

export interface SignInPage {
  /** Where the form goes. */
  readonly action: string;
  /** The app that asks. */
  readonly client: string;
  readonly users: readonly IdentityUser[];
  /** The form came back with somebody the provider does not know. */
  readonly isUnknown: boolean;
}

/** Everybody who can sign in, each a button of one form that sends `login=<name>`; and `cancel=yes`. */
export function signInPage({ action, client, users, isUnknown }: SignInPage): string {
  const buttons = users.map(
    ({ name, fullName = name }) =>
      `<li><button name="login" value="${escape(name)}">${escape(fullName)} <small>${escape(name)}</small></button></li>`,
  );
  return page(
    "Sign in",
    `<p>to go on to <strong>${escape(client)}</strong>. This provider is for trying things: it asks for no password.</p>
${isUnknown ? `<p role="alert">Nobody here has that name.</p>` : ""}
<form method="post" action="${escape(action)}">
<ul>${buttons.join("\n")}</ul>
<button class="quiet" name="cancel" value="yes">Cancel</button>
</form>`,
  );
}

/** Asks whether to end the session at the provider too. The form is the provider's, with what it needs to believe the answer. */
export function signOutPage(ctx: KoaContextWithOIDC, form: string): void {
  send(
    ctx,
    "Sign out here too?",
    `<p>You are signed in at this provider.</p>
${form}
<button form="op.logoutForm" name="logout" value="yes">Sign out</button>
<button class="quiet" form="op.logoutForm">Stay signed in</button>`,
  );
}

export function signedOutPage(ctx: KoaContextWithOIDC): void {
  send(ctx, "Signed out", "<p>You can close this page.</p>");
}

/** What is wrong with a request that cannot be sent back to an app, for whoever set the app up. */
export function troublePage(ctx: KoaContextWithOIDC, { error, error_description = "" }: ErrorOut): void {
  send(ctx, "This request is refused", `<p><code>${escape(error)}</code> ${escape(error_description)}</p>`);
}

function send(ctx: KoaContextWithOIDC, title: string, body: string): void {
  ctx.type = "html";
  ctx.body = page(title, body);
}

// No script, and no `form-action` in a policy: it would stop the redirect to the app that answers the form.
function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title} · Test provider</title>
<style>
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 24rem; margin: 4rem auto; padding: 0 1rem; }
ul { list-style: none; padding: 0; }
button { font: inherit; width: 100%; min-height: 44px; margin: 4px 0; padding: 8px 12px; text-align: start; }
.quiet { width: auto; }
</style>
<main>
<h1>${title}</h1>
${body}
</main>
</html>
`;
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
