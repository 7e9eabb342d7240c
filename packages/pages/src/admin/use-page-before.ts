import { useEffect } from "react";

import type { SessionClient } from "@countersign/client";
import { useSessionClient } from "@countersign/react";

/**
 * The address of the page of a list before this one, as far as this visit has come by it; null for the first, and for one
 * that was opened by its address. Pages are found by a cursor, which knows the way forward only.
 */
export function usePageBefore(present: string, next: string | null): string | null {
  const trail = trailOf(useSessionClient());
  useEffect(() => {
    if (next !== null) trail.set(next, present);
  }, [trail, present, next]);
  return trail.get(present) ?? null;
}

/** In memory only, and of one user: cursors and searches tell of what they were looking for. */
function trailOf(client: SessionClient): Map<string, string> {
  const known = trails.get(client);
  if (known) return known;

  const trail = new Map<string, string>();
  trails.set(client, trail);
  client.onIdentityChange(() => trail.clear());
  return trail;
}

const trails = new WeakMap<SessionClient, Map<string, string>>();
