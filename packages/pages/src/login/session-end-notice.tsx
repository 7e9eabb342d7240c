import { useSnapshot } from "@countersign/react";

import { Notice } from "../primitives/notice.tsx";
import { useMessages } from "../provider/pages-context.ts";

/** Why the session ended, said calmly to whom it happened; nothing to a visitor who had none. */
export function SessionEndNotice() {
  const messages = useMessages();
  const reason = useSnapshot((snapshot) => (snapshot.status === "ready" ? snapshot.endReason : null));
  if (!reason) return null;

  return <Notice>{messages.sessionEnd[reason]}</Notice>;
}
