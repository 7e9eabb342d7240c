import { useState } from "react";

import { readErrorData } from "@countersign/client";
import type { LinkKind } from "@countersign/contract";

import type { PageCalls } from "../provider/page-calls.ts";
import { usePages } from "../provider/pages-context.ts";

import { type LinkAbout, useLinkDescription } from "./use-link-description.ts";
import { useLinkToken } from "./use-link-token.ts";

/** What a mailed link that only wants a press is for. */
export type LinkPurpose = "verify" | "confirmEmail" | "revertEmail";

export interface LinkConfirmation {
  /** `missing`: the page was opened without a link. `invalid`: it is used up, too old, or was none. */
  readonly stage: "missing" | "ready" | "done" | "invalid";
  /** Whose account it is about. */
  readonly about: LinkAbout;
  readonly isBusy: boolean;
  /** Why the last press failed, when it was not the link; null when it did not. */
  readonly failure: unknown;
  readonly confirm: () => void;
}

/**
 * Uses a mailed link when the person says so. Opening the page uses nothing up: programs that look at mails before people
 * do open their links as well.
 */
export function useLinkConfirmation(purpose: LinkPurpose): LinkConfirmation {
  const { calls } = usePages();
  const token = useLinkToken();
  const about = useLinkDescription(kindOf[purpose], token);
  const [ended, setEnded] = useState<{ readonly token: string; readonly stage: "done" | "invalid" } | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);

  async function confirm(link: string) {
    setIsBusy(true);
    setFailure(null);
    try {
      await calls[callFor[purpose]](link);
      setEnded({ token: link, stage: "done" });
    } catch (error) {
      if (readErrorData(error)?.reason === "LINK_INVALID") setEnded({ token: link, stage: "invalid" });
      else setFailure(error);
    } finally {
      setIsBusy(false);
    }
  }

  function stageOf(): LinkConfirmation["stage"] {
    if (token === null) return "missing";
    if (ended?.token === token) return ended.stage;
    return about.status === "invalid" ? "invalid" : "ready";
  }

  return {
    stage: stageOf(),
    about,
    isBusy,
    failure,
    confirm() {
      if (token !== null && !isBusy) void confirm(token);
    },
  };
}

const kindOf = {
  verify: "verify",
  confirmEmail: "email_change",
  revertEmail: "email_revert",
} as const satisfies Record<LinkPurpose, LinkKind>;

const callFor = {
  verify: "verifyEmail",
  confirmEmail: "confirmEmailChange",
  revertEmail: "revertEmailChange",
} as const satisfies Record<LinkPurpose, keyof PageCalls>;
