import { useEffect, useState } from "react";

import { useConnection } from "@countersign/react";

import { Button } from "../primitives/button.tsx";
import { Notice } from "../primitives/notice.tsx";
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

/** What to do when there has been no connection for some seconds: on a page that can show nothing without one. */
export function ConnectionTrouble() {
  const messages = useMessages();
  const { state } = useConnection();
  if (!useIsLate(state !== "open", troubleMs)) return null;

  return (
    <Notice
      tone="warning"
      action={
        <Button size="small" onClick={() => location.reload()}>
          {messages.connection.reload}
        </Button>
      }
    >
      {messages.connection.blocked}
    </Notice>
  );
}

/** True when `isOn` has been so for a while. */
function useIsLate(isOn: boolean, afterMs = quietMs): boolean {
  const [isLate, setIsLate] = useState(false);

  useEffect(() => {
    if (!isOn) return;
    const timer = setTimeout(() => setIsLate(true), afterMs);
    return () => {
      clearTimeout(timer);
      setIsLate(false);
    };
  }, [isOn, afterMs]);

  return isOn && isLate;
}

const quietMs = 1000;
const troubleMs = 5000;
