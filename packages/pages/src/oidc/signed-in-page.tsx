import { useEffect, useRef } from "react";

import { oidcPages, safeReturnTo } from "@countersign/contract";
import { useSessionClient, useSnapshot } from "@countersign/react";

import { EntryPage } from "../entry/entry-page.tsx";
import { buttonClass } from "../primitives/button.tsx";
import { Link } from "../primitives/link.tsx";
import type { PageProps } from "../provider/page-slots.ts";
import { usePages } from "../provider/pages-context.ts";
import { withReturnTo } from "../provider/routes.ts";

import { useQueryParameter } from "./use-query-parameter.ts";

/**
 * Where a provider's visit ends well: tells the other tabs, and goes on. A visit in a window of its own, as to confirm who one
 * is, names this page itself as the place to go to: that window closes.
 */
export function SignedInPage(_props: PageProps) {
  const { messages, navigate, routes, settings } = usePages();
  const client = useSessionClient();
  const returnTo = safeReturnTo(useQueryParameter("to"), settings.afterLogin);
  const isOwnWindow = returnTo === oidcPages.signedIn;
  const isSignedIn = useSnapshot((snapshot) => (snapshot.status === "ready" ? snapshot.user.isAuthenticated : null));
  const isTold = useRef(false);
  const texts = messages.signedIn;

  useEffect(() => {
    if (isSignedIn === null) return;
    if (isSignedIn && !isTold.current) client.tellSignedIn();
    isTold.current = true;
    // Also where nobody is signed in: what the window below has waited for may have ended the session by now.
    if (isOwnWindow) window.close();
    // Opened by hand, or the browser kept no cookie.
    if (!isSignedIn) navigate(withReturnTo(routes.login, isOwnWindow ? null : returnTo), { replace: true });
    else if (!isOwnWindow) navigate(returnTo, { replace: true });
  }, [isSignedIn, isOwnWindow, returnTo, client, navigate, routes]);

  if (!isOwnWindow || isSignedIn !== true) {
    return (
      <EntryPage title={texts.title} isReady={false}>
        {null}
      </EntryPage>
    );
  }
  return (
    <EntryPage title={texts.closeTitle} isReady>
      <p className="cs-entry__text" role="status">
        {texts.closeText}
      </p>
      <Link to={routes.home} className={buttonClass({ isWide: true })}>
        {texts.home}
      </Link>
    </EntryPage>
  );
}
