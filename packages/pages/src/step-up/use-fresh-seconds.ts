import { useSyncExternalStore } from "react";

import { useUser } from "@countersign/react";

import { useAuthConfig } from "../config/use-auth-config.ts";
import { createClock } from "../primitives/clock.ts";

/**
 * For how many more seconds the session is fresh, counting down; 0 when it is not, null while that is not known. For
 * showing: the server judges by its own clock.
 */
export function useFreshSeconds(): number | null {
  const config = useAuthConfig();
  const authenticatedAt = useUser((user) => user.authenticatedAt);
  const now = useSyncExternalStore(clock.subscribe, clock.read);
  if (config === null || authenticatedAt === null) return null;

  const freshUntil = Date.parse(authenticatedAt) + config.freshSeconds * 1000;
  // A server whose clock is ahead of this one's gives no more time than there is.
  return Math.min(config.freshSeconds, Math.max(0, Math.ceil((freshUntil - now) / 1000)));
}

const clock = createClock(1000);
