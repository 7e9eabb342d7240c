import { Button } from "../primitives/button.tsx";
import { usePages } from "../provider/pages-context.ts";

import { formatCountdown } from "./format-countdown.ts";
import { useStepUp } from "./step-up-provider.tsx";
import { useFreshSeconds } from "./use-fresh-seconds.ts";

/** For how long sensitive changes need no password, counting down; when that is over, the way to begin it again. */
export function Freshness() {
  const { messages, locale } = usePages();
  const seconds = useFreshSeconds();
  const ask = useStepUp();
  const texts = messages.freshness;
  if (seconds === null) return null;

  return (
    <div className="cs-freshness">
      {seconds > 0 ? (
        // A timer is not read out at every second.
        <p className="cs-muted" role="timer">
          {texts.fresh(formatCountdown(seconds, locale))}
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
