import { useEffect, useState } from "react";

import { useConnection } from "@countersign/react";

import { useMessages } from "../provider/pages-context.ts";

/** The state of the connection: silent while all is well and for the first second after, then one word about what is being done. */
export function ConnectionPill() {
  const messages = useMessages();
  const { state } = useConnection();
  const isLate = useIsLate(state !== "open");
  const text = state === "open" || !isLate ? null : messages.connection[state];

  return (
    <span role="status">
      {text && (
        <span className="cs-pill">
          {text}
          {state === "refused" && (
            <button type="button" className="cs-pill__action" onClick={() => location.reload()}>
              {messages.connection.reload}
            </button>
          )}
        </span>
      )}
    </span>
  );
}

/** True when `isOn` has been so for a second. */
function useIsLate(isOn: boolean): boolean {
  const [isLate, setIsLate] = useState(false);

  useEffect(() => {
    if (!isOn) return;
    const timer = setTimeout(() => setIsLate(true), quietMs);
    return () => {
      clearTimeout(timer);
      setIsLate(false);
    };
  }, [isOn]);

  return isOn && isLate;
}

const quietMs = 1000;
