import type { TRPCUntypedClient } from "@trpc/client";
import type { AnyRouter } from "@trpc/server";

import { type Notice, Notification } from "@countersign/contract";

import { keepSubscribed, type WatchedSession } from "./live-subscription.ts";
import type { PageSignals } from "./page-signals.ts";
import { callListener } from "./store.ts";

export interface Notices {
  /** Hears of each notice that this page is to show. */
  readonly onNotice: (listener: (notice: Notice) => void) => () => void;
  /** Hands on what a refused call says. */
  readonly tell: (notice: Notice) => void;
  /** The person can see the page again. */
  readonly shown: () => void;
  readonly close: () => void;
}

/**
 * Short messages for the person. Those the server pushes come to every window; the one that is looked at takes a message by
 * saying so to the server, which lets only the first of a browser have it. What nobody looks at waits.
 */
export function createNotices(
  client: TRPCUntypedClient<AnyRouter>,
  session: WatchedSession,
  settings: { readonly page: PageSignals; readonly report: (problem: string, detail: unknown) => void },
): Notices {
  const { page, report } = settings;
  const listeners = new Set<(notice: Notice) => void>();
  const waiting = new Map<string, Notice>();
  let stop: (() => void) | null = null;

  function start() {
    stop ??= keepSubscribed(client, session, {
      path: "session.notifications",
      isWanted: (state) => state.status === "ready" && state.user.isAuthenticated,
      onData: receive,
      onDropped: () => waiting.clear(),
      report,
    });
  }

  function close() {
    stop?.();
    stop = null;
    waiting.clear();
  }

  function receive(data: unknown) {
    const parsed = Notification.safeParse(data);
    if (!parsed.success) return report("A malformed notice was ignored.", parsed.error);
    waiting.set(parsed.data.id, parsed.data.notice);
    takeWaiting();
  }

  function takeWaiting() {
    if (!page.isVisible()) return;
    for (const [id, notice] of waiting) {
      waiting.delete(id);
      void take(id, notice);
    }
  }

  async function take(id: string, notice: Notice) {
    try {
      const answer: unknown = await client.mutation("session.notificationShown", { id });
      if (isFirst(answer)) tell(notice);
    } catch (error) {
      // It is sent again with the next connection, for as long as it lives.
      report("A notice could not be taken.", error);
    }
  }

  function tell(notice: Notice) {
    const present = [...listeners];
    for (const listener of present) callListener(() => listener(notice));
  }

  return {
    onNotice(listener) {
      const entry = (notice: Notice) => listener(notice);
      listeners.add(entry);
      start();
      return () => {
        if (listeners.delete(entry) && listeners.size === 0) close();
      };
    },
    tell,
    shown: takeWaiting,
    close,
  };
}

function isFirst(answer: unknown): boolean {
  return typeof answer === "object" && answer !== null && "isFirst" in answer && answer.isFirst === true;
}
