import { CloseCode } from "@countersign/contract";

import type { Services } from "../services.ts";

import type { Revocation } from "./revocation.ts";

/**
 * The promise that holds when nothing else does: every open socket's session is confirmed by the database once per
 * lease, and what cannot be confirmed is closed. Returns the way to stop.
 */
export function startLease(services: Services, revocation: Revocation): () => void {
  const { clock, connections, log, settings } = services;
  const leaseMs = settings.LEASE_SECONDS * 1000;
  let confirmedAt = performance.now();
  let isChecking = false;

  async function renew(): Promise<void> {
    if (isChecking) return;
    isChecking = true;
    const startedAt = performance.now();
    try {
      await revocation.recheck(connections);
      confirmedAt = startedAt;
    } catch (error) {
      log.warn({ err: error }, "The lease on open sessions could not be renewed");
    } finally {
      isChecking = false;
    }
  }

  function closeUnconfirmed(): void {
    if (performance.now() - confirmedAt <= leaseMs) return;
    for (const connection of connections) {
      if (connection.tokenHash !== null) connection.close(CloseCode.restart, "sessions cannot be confirmed");
    }
  }

  /** Sessions end by the clock as well, between two renewals. */
  function endExpired(): void {
    const now = clock.now();
    const expired = [...connections].filter((connection) => connection.expiresAt <= now);
    // Read again rather than ended: another replica may have seen the session used.
    if (expired.length > 0) void revocation.recheck(expired).catch(() => closeUnconfirmed());
  }

  // Twice per lease, so that an end that nobody was told of is noticed within it.
  const renewal = setInterval(() => void renew(), leaseMs / 2).unref();
  const watch = setInterval(() => (closeUnconfirmed(), endExpired()), Math.min(1000, leaseMs / 4)).unref();
  return () => {
    clearInterval(renewal);
    clearInterval(watch);
  };
}
