import { useEffect, useState } from "react";

import { readErrorData } from "@countersign/client";
import type { LinkDescription, LinkKind } from "@countersign/contract";

import { usePages } from "../provider/pages-context.ts";

export type LinkAbout =
  /** Not known, or not known yet: the link can be used all the same. */
  { readonly status: "unknown" } | { readonly status: "invalid" } | ({ readonly status: "known" } & LinkDescription);

const unknown: LinkAbout = { status: "unknown" };

/** Whose account a mailed link is about, before anything is done with it. Asking uses nothing up. */
export function useLinkDescription(purpose: LinkKind, token: string | null): LinkAbout {
  const { calls } = usePages();
  const [answer, setAnswer] = useState<{ readonly token: string; readonly about: LinkAbout } | null>(null);

  useEffect(() => {
    if (token === null) return;
    let isWanted = true;
    const tell = (about: LinkAbout) => isWanted && setAnswer({ token, about });
    calls
      .describeLink({ token, purpose })
      .then((description) => tell({ status: "known", ...description }))
      // Whatever else goes wrong, the press will say.
      .catch((error: unknown) =>
        tell(readErrorData(error)?.reason === "LINK_INVALID" ? { status: "invalid" } : unknown),
      );
    return () => void (isWanted = false);
    // The calls are new objects in each render, and always the same calls.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [token, purpose]);

  return answer !== null && answer.token === token ? answer.about : unknown;
}
