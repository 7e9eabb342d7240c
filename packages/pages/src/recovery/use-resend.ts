import { useEffect, useState } from "react";

import { usePages } from "../provider/pages-context.ts";

export interface Resend {
  readonly isBusy: boolean;
  /** How long until it may be asked for again: a mail takes its time. */
  readonly waitSeconds: number;
  readonly wasResent: boolean;
  readonly failure: unknown;
  readonly resend: () => void;
}

/**
 * Sending the link that confirms an address once more, not more often than once in half a minute. With the username it is
 * the link of that account; others may wait for the same address.
 */
export function useResend(email: string, username?: string): Resend {
  const { calls } = usePages();
  const [waitSeconds, setWaitSeconds] = useState(pauseSeconds);
  const [isBusy, setIsBusy] = useState(false);
  const [wasResent, setWasResent] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);

  useEffect(() => {
    if (waitSeconds === 0) return;
    const timer = setTimeout(() => setWaitSeconds(waitSeconds - 1), 1000);
    return () => clearTimeout(timer);
  }, [waitSeconds]);

  async function resend() {
    setIsBusy(true);
    setFailure(null);
    try {
      await calls.resendVerification(email, username);
      setWasResent(true);
    } catch (error) {
      setFailure(error);
    } finally {
      setIsBusy(false);
      setWaitSeconds(pauseSeconds);
    }
  }

  return { isBusy, waitSeconds, wasResent, failure, resend: () => void resend() };
}

const pauseSeconds = 30;
