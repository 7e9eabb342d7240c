import { useState } from "react";

import { usePages } from "../provider/pages-context.ts";

export interface VerifyOwnEmailState {
  readonly isBusy: boolean;
  readonly wasSent: boolean;
  readonly failure: unknown;
  readonly send: () => void;
}

/** Sends the link that confirms the address of the account. */
export function useVerifyOwnEmail(email: string): VerifyOwnEmailState {
  const { calls } = usePages();
  const [isBusy, setIsBusy] = useState(false);
  const [sentTo, setSentTo] = useState<string | null>(null);
  const [failure, setFailure] = useState<unknown>(null);

  async function send() {
    setIsBusy(true);
    setFailure(null);
    try {
      await calls.resendVerification(email);
      setSentTo(email);
    } catch (error) {
      setFailure(error);
    } finally {
      setIsBusy(false);
    }
  }

  return { isBusy, wasSent: sentTo === email, failure, send: () => void send() };
}
