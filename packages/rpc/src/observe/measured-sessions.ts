import type { SessionEngine } from "@countersign/auth";

import type { Meter } from "./meter.ts";

/** The same sessions, and how long it takes to validate one. */
export function measuredSessions(sessions: SessionEngine, meter: Meter): SessionEngine {
  return {
    ...sessions,
    async validate(tokenHash, wait) {
      const begunAt = performance.now();
      try {
        return await sessions.validate(tokenHash, wait);
      } finally {
        meter.validated((performance.now() - begunAt) / 1000);
      }
    },
  };
}
