import { usePages, useToast } from "@countersign/pages";
import { useNotices } from "@countersign/react";

import { useAppMessages } from "../messages/app-messages.ts";

/** Shows as toasts what the server tells this user in passing, and what a refused call says. */
export function NoticeToasts() {
  const { navigate } = usePages();
  const { notices } = useAppMessages();
  const show = useToast();

  useNotices(({ text, key, href }) => {
    const known = key !== undefined && Object.hasOwn(notices.texts, key) ? notices.texts[key] : undefined;
    // A server that is newer than this page may send keys that have no text here yet.
    const shown = text ?? known;
    if (shown === undefined) return;
    show({ text: shown, ...(href && { action: { label: notices.open, run: () => navigate(href) } }) });
  });

  return null;
}
