import { useState } from "react";

import { useToast } from "../primitives/toaster.tsx";
import { usePages } from "../provider/pages-context.ts";

export interface SignOut {
  readonly isBusy: boolean;
  readonly signOut: () => void;
}

/**
 * Signs out, here and in the other tabs of this browser, and goes where the app wants those who left, or to the provider the
 * session came from, to be signed out there too. When the server
 * cannot be told, a toast says so and the session goes on.
 */
export function useSignOut(): SignOut {
  const { calls, leave, messages, navigate, settings } = usePages();
  const showToast = useToast();
  const [isBusy, setIsBusy] = useState(false);

  async function signOut() {
    setIsBusy(true);
    try {
      const { redirectTo } = await calls.logout();
      if (redirectTo !== null) return leave(redirectTo, { isOver: true });
      navigate(settings.afterLogout, { replace: true });
    } catch {
      showToast({ text: messages.signOut.failed });
    } finally {
      setIsBusy(false);
    }
  }

  return { isBusy, signOut: () => void signOut() };
}
