import { useState } from "react";

import { Button } from "../primitives/button.tsx";
import { usePages } from "../provider/pages-context.ts";

/** Gives up a sign-in that is still to be completed: what the provider said is forgotten. */
export function CancelSignIn({ id }: { readonly id: string }) {
  const { calls, messages, navigate, routes } = usePages();
  const [isBusy, setIsBusy] = useState(false);

  async function cancel() {
    setIsBusy(true);
    // What cannot be forgotten now is after ten minutes.
    await calls.cancelSignIn(id).catch(() => {});
    navigate(routes.login, { replace: true });
  }

  return (
    <Button variant="quiet" isWide isBusy={isBusy} onClick={() => void cancel()}>
      {messages.common.cancel}
    </Button>
  );
}
