import { useFreshness } from "@countersign/react";

import { useAccount } from "../account/use-account.ts";
import { Button } from "../primitives/button.tsx";
import { usePages } from "../provider/pages-context.ts";

import { formatCountdown } from "./format-countdown.ts";
import { useStepUp } from "./step-up-provider.tsx";

/** For how long sensitive changes need no password, counting down; when that is over, the way to begin it again. */
export function Freshness() {
  const { messages, locale } = usePages();
  const { isFresh, secondsLeft, freshUntil } = useFreshness();
  const ask = useStepUp();
  const hasPassword = useAccount().profile?.hasPassword ?? true;
  const texts = hasPassword ? messages.freshness : { ...messages.freshness, ...messages.freshnessWithoutPassword };
  if (freshUntil === null) return null;

  return (
    <div className="cs-freshness">
      {isFresh ? (
        // A timer is not read out at every second.
        <p className="cs-muted" role="timer">
          {texts.fresh(formatCountdown(secondsLeft, locale))}
        </p>
      ) : (
        <>
          <p className="cs-muted">{texts.stale}</p>
          <Button size="small" onClick={() => void ask()}>
            {texts.confirm}
          </Button>
        </>
      )}
    </div>
  );
}
