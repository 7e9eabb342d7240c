import { useMemo, useState } from "react";

import { type LiveRowsState, readErrorData } from "@countersign/client";
import type { SessionListItem } from "@countersign/contract";
import { useLiveRows, useSessionClient } from "@countersign/react";

import { usePages } from "../provider/pages-context.ts";

export interface SessionListState {
  readonly status: "loading" | "ready" | "error";
  /** This device's session first, then the most recently used. */
  readonly sessions: readonly SessionListItem[];
  readonly error: unknown;
  readonly retry: () => void;
  /** Ends one session; one that is gone already counts as ended. */
  readonly end: (id: string) => Promise<void>;
  /** Ends all but this one and tells how many there were. */
  readonly endOthers: () => Promise<number>;
  /** Ends all, this one too: the page is left when it is done. */
  readonly endAll: () => Promise<void>;
}

/** The sessions of the signed-in user, live. */
export function useSessionList(): SessionListState {
  const client = useSessionClient();
  const { calls } = usePages();
  const list = useLiveRows<SessionListItem>(client.account.sessions.live);
  // Those that are known to have ended, before the list says so too.
  const [ended, setEnded] = useState<ReadonlySet<string>>(new Set());
  const sessions = useMemo(() => inOrder(list.rows.filter(({ id }) => !ended.has(id))), [list.rows, ended]);

  async function end(id: string) {
    try {
      await calls.endSession(id);
    } catch (error) {
      if (readErrorData(error)?.code !== "NOT_FOUND") throw error;
    }
    setEnded((before) => new Set([...before, id]));
  }

  async function endOthers() {
    const others = sessions.filter(({ isCurrent }) => !isCurrent);
    const answer = await calls.endOtherSessions();
    setEnded((before) => new Set([...before, ...others.map(({ id }) => id)]));
    return answer.ended;
  }

  return {
    status: statusOf(list),
    sessions,
    error: list.error,
    retry: list.retry,
    end,
    endOthers,
    endAll: () => calls.endAllSessions(),
  };
}

/** What is known stays on the page while the list cannot be read for a moment. */
function statusOf({ status, rows, error }: Pick<LiveRowsState<SessionListItem>, "status" | "rows" | "error">) {
  const isKept = status === "error" && rows.length > 0 && readErrorData(error)?.reason !== "REAUTH";
  return isKept ? "ready" : status;
}

function inOrder(sessions: readonly SessionListItem[]): readonly SessionListItem[] {
  return sessions.toSorted(
    (a, b) => Number(b.isCurrent) - Number(a.isCurrent) || (b.lastUsedAt ?? "").localeCompare(a.lastUsedAt ?? ""),
  );
}
