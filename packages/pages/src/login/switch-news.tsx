import { useEffect, useRef } from "react";

import { useSessionClient, useUser } from "@countersign/react";

import { useToast } from "../primitives/toaster.tsx";
import { useMessages } from "../provider/pages-context.ts";

/**
 * Part of `<PagesProvider>`. Whoever signs in somewhere in a browser is signed in in all of its tabs: one that showed
 * somebody else's account until then says whose it shows now, once it is looked at.
 */
export function SwitchNews() {
  const client = useSessionClient();
  const show = useToast();
  const { login: texts } = useMessages();
  const id = useUser((user) => user.id);
  const username = useUser((user) => user.username);
  const lastId = useRef<string | null>(null);
  const wasElsewhere = useRef(false);

  useEffect(
    () =>
      client.onIdentityChange(({ type, isOwn }) => {
        if (type !== "ended") wasElsewhere.current = !isOwn;
      }),
    [client],
  );

  useEffect(() => {
    if (id === null || username === null) return;
    const isOther = lastId.current !== null && lastId.current !== id;
    lastId.current = id;
    if (!isOther || !wasElsewhere.current) return;
    return whenVisible(() => show({ text: texts.signedInAs(username) }));
    // It is told of who is signed in, not of what they are called or in which language.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [id]);

  return null;
}

/** Does something now, or as soon as the tab is in front. Returns what takes it back. */
function whenVisible(act: () => void): () => void {
  if (document.visibilityState === "visible") {
    act();
    return () => {};
  }

  const waiting = new AbortController();
  document.addEventListener(
    "visibilitychange",
    () => {
      if (document.visibilityState !== "visible") return;
      waiting.abort();
      act();
    },
    { signal: waiting.signal },
  );
  return () => waiting.abort();
}
