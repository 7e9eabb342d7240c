import { useEffect, useRef } from "react";

import { FormFailure } from "./form-failure.tsx";
import type { ActionState } from "./use-action.ts";

export interface ActionNewsProps {
  readonly action: ActionState;
  /** What the button was of: it goes when this changes. */
  readonly buttonOf?: unknown;
}

/** Says where the person looks what came of an action, and takes the focus when the button that had it is gone. */
export function ActionNews({ action: { news, failure }, buttonOf }: ActionNewsProps) {
  const place = useRef<HTMLDivElement>(null);

  useEffect(() => {
    const isFocusLost = document.activeElement === document.body;
    if (isFocusLost && (news !== null || failure !== null)) place.current?.focus();
    // The button goes with what it was of, which may be later than the news come.
    // oxlint-disable-next-line react/exhaustive-effect-dependencies
  }, [news, failure, buttonOf]);

  return (
    <div className="cs-action-news" ref={place} tabIndex={-1}>
      <FormFailure failure={failure} />
      {/* Always there, so that what comes into it is read out. */}
      <div className="cs-live" role="status">
        {news && <p className="cs-notice">{news}</p>}
      </div>
    </div>
  );
}
