import { type OidcErrorCode, oidcErrorCodes } from "@countersign/contract";
import { useSnapshot } from "@countersign/react";

import { EntryPage } from "../entry/entry-page.tsx";
import { useSlots } from "../entry/use-slots.ts";
import { buttonClass } from "../primitives/button.tsx";
import { Link } from "../primitives/link.tsx";
import type { MessageSlots, PageProps } from "../provider/page-slots.ts";
import { usePages } from "../provider/pages-context.ts";

import { useQueryParameter } from "./use-query-parameter.ts";

/**
 * Where a provider's visit ends without anybody signed in. What is said is one of a closed list; of the address only the id is
 * shown, under which the log says more, and only if it looks like one.
 */
export function ProviderErrorPage(props: PageProps & MessageSlots) {
  const { providerError: texts } = usePages().messages;
  const { actions } = useSlots("providerError", props);
  const code = readCode(useQueryParameter("code"));
  const id = readId(useQueryParameter("id"));

  return (
    <EntryPage title={texts[`${code}Title`]} isReady>
      <p className="cs-entry__text">{texts[code]}</p>
      {id !== null && <Reported id={id} />}
      {actions === undefined ? <WaysOn /> : actions}
    </EntryPage>
  );
}

/** The sentence with the id in one piece, as far as the page is wide enough: whoever reads it out must not look for its other half. */
function Reported({ id }: { readonly id: string }) {
  const [before, ...after] = usePages().messages.providerError.id(id).split(id);
  return (
    <p className="cs-entry__hint">
      {before}
      <span className="cs-entry__id">{id}</span>
      {after.join(id)}
    </p>
  );
}

function WaysOn() {
  const { messages, routes } = usePages();
  const texts = messages.providerError;
  const isSignedIn = useSnapshot((snapshot) => (snapshot.status === "ready" ? snapshot.user.isAuthenticated : null));
  // It was a visit from the account's page.
  const [to, label] = isSignedIn === true ? [routes.account, texts.account] : [routes.login, texts.login];

  return (
    <Link to={to} className={buttonClass({ variant: "primary", isWide: true })}>
      {label}
    </Link>
  );
}

function readCode(code: string | null): OidcErrorCode {
  return oidcErrorCodes.find((known) => known === code) ?? "failed";
}

/** What a server calls a request: a UUID, with or without its lines. Nothing that could be read as a sentence, a number to call, or an address. */
function readId(id: string | null): string | null {
  return id !== null && /^[\da-f]{8}(?:-?[\da-f]{4}){3}-?[\da-f]{12}$/i.test(id) ? id : null;
}
