import type { SnapshotState } from "@countersign/client";

import { useSessionClient } from "./use-session-client.ts";
import { useStore } from "./use-store.ts";

/**
 * Who is signed in, live: `loading` until the server has said so. With a selector the component renders only when what
 * it selects has changed, as in `useSnapshot((state) => state.status)`.
 */
export function useSnapshot(): SnapshotState;
export function useSnapshot<Selected>(select: (state: SnapshotState) => Selected): Selected;
export function useSnapshot<Selected>(select?: (state: SnapshotState) => Selected): SnapshotState | Selected {
  return useStore<SnapshotState, SnapshotState | Selected>(useSessionClient().snapshot, select ?? selectAll);
}

function selectAll(state: SnapshotState): SnapshotState {
  return state;
}
