import { useState } from "react";

import { oidcPages } from "@countersign/contract";

import { usePages } from "../provider/pages-context.ts";

export interface ProviderStepUp {
  /** The provider that is asked in another window; null while none is. */
  readonly askedAt: string | null;
  /** Where the person is to go by themselves, since the browser opened no window; null when it did, or nothing is asked. */
  readonly blockedUrl: string | null;
  /** Why the last one could not be asked, or null. */
  readonly failure: unknown;
  /** To be called in the turn of a click, or the browser opens no window. */
  readonly ask: (provider: string) => void;
}

/**
 * Shows at the identity provider who one is, in a window of its own: this page stays as it is, with what is written in it. When
 * it is done, the session is fresh, which this page hears like any other change of it. Where the browser opens no window there is
 * an address to open in one: a link that is clicked is never held back, and this page never goes away itself.
 */
export function useProviderStepUp(): ProviderStepUp {
  const { calls } = usePages();
  const [askedAt, setAskedAt] = useState<string | null>(null);
  const [blockedUrl, setBlockedUrl] = useState<string | null>(null);
  const [failure, setFailure] = useState<unknown>(null);

  async function ask(provider: string) {
    const opened = window.open("", "_blank");
    // The provider's page is to know nothing of this one.
    if (opened) opened.opener = null;
    setFailure(null);
    setBlockedUrl(null);
    setAskedAt(provider);
    try {
      const { url } = await calls.startProvider({ provider, purpose: "step-up", returnTo: oidcPages.signedIn });
      if (opened) opened.location.replace(url);
      else setBlockedUrl(url);
    } catch (error) {
      opened?.close();
      setAskedAt(null);
      setFailure(error);
    }
  }

  return { askedAt, blockedUrl, failure, ask: (provider) => void ask(provider) };
}
