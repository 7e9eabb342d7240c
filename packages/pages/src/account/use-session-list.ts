import { useQuery, useQueryClient } from "@tanstack/react-query";

import { readErrorData } from "@countersign/client";
import type { SessionListItem } from "@countersign/contract";
import { useSessionClient } from "@countersign/react";

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

/** The sessions of the signed-in user, read again every few seconds and whenever the window is looked at. */
export function useSessionList(): SessionListState {
  const client = useSessionClient();
  const { calls } = usePages();
  const queries = useQueryClient();
  const list = useQuery({
    queryKey: sessionListKey,
    queryFn: () => client.account.sessions.list(),
    select: inOrder,
    refetchInterval: againMs,
    refetchOnWindowFocus: "always",
  });

  function keep(keeps: (session: SessionListItem) => boolean) {
    queries.setQueryData<SessionListItem[]>(sessionListKey, (sessions) => sessions?.filter(keeps));
    void queries.invalidateQueries({ queryKey: sessionListKey });
  }

  async function end(id: string) {
    try {
      await calls.endSession(id);
    } catch (error) {
      if (readErrorData(error)?.code !== "NOT_FOUND") throw error;
    }
    keep((session) => session.id !== id);
  }

  async function endOthers() {
    const { ended } = await calls.endOtherSessions();
    keep((session) => session.isCurrent);
    return ended;
  }

  return {
    status: statusOf(list.data, list.error),
    sessions: list.data ?? [],
    error: list.error,
    retry: () => void list.refetch(),
    end,
    endOthers,
    endAll: () => calls.endAllSessions(),
  };
}

function statusOf(data: unknown, error: unknown): SessionListState["status"] {
  // What was read while the session was fresh is not shown, out of date, when it is not fresh any more.
  if (readErrorData(error)?.reason === "REAUTH") return "error";
  if (data !== undefined) return "ready";
  return error === null ? "loading" : "error";
}

/** How long another device's coming and going may be out of sight. */
const againMs = 5000;

const sessionListKey = ["countersign", "account", "sessions"];

function inOrder(sessions: readonly SessionListItem[]): readonly SessionListItem[] {
  return sessions.toSorted(
    (a, b) => Number(b.isCurrent) - Number(a.isCurrent) || b.lastUsedAt.localeCompare(a.lastUsedAt),
  );
}
