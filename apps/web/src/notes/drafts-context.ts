import { createContext, use } from "react";

import { useStore } from "@countersign/react";

import type { Draft } from "./draft.ts";
import type { Drafts } from "./drafts.ts";

/** What is being written, kept above the pages so that it outlives a visit to another one. */
export const DraftsContext = createContext<Drafts | null>(null);

export function useDrafts(): Drafts {
  const drafts = use(DraftsContext);
  if (!drafts) throw new Error("useDrafts needs a <DraftsContext> above it.");
  return drafts;
}

/** All drafts, as they change. */
export function useDraftList(): readonly Draft[] {
  return useStore(useDrafts(), all);
}

function all(drafts: readonly Draft[]): readonly Draft[] {
  return drafts;
}
