import { setTimeout as pause } from "node:timers/promises";

import { CloseCode } from "@countersign/contract";

import type { Connection } from "../connection/connection.ts";
import type { Services } from "../services.ts";

import { untilLeaseEnds } from "./lease-end.ts";
import type { Revocation } from "./revocation.ts";

/** How often to look whose session has expired: what is over by the clock is to end as soon as what is ended. */
const expiryMs = 100;

export interface Lease {
  readonly stop: () => void;
  /** Have open sessions not been confirmed for longer than the lease? */
  readonly isOver: () => boolean;
  /** How long ago they were. */
  readonly ageSeconds: () => number;
}

/**
 * The promise that holds when nothing else does: every open socket's session is confirmed by the database once per
 * lease, and what cannot be confirmed is closed before a lease has passed since. While the bus is away, what is shown is read
 * again once per lease, too.
 */
export function startLease(services: Services, revocation: Revocation): Lease {
  const { bus, clock, connections, hub, log, meter, recent, settings } = services;
  const leaseMs = settings.LEASE_SECONDS * 1000;
  const watchMs = Math.min(1000, leaseMs / 4);
  let confirmedAt = performance.now();
  let watchedAt = confirmedAt;
  let renewing: Promise<void> | null = null;
  let isEnding = false;
  let isStopped = false;
  let retry: NodeJS.Timeout | null = null;
  let ending: NodeJS.Timeout | null = null;

  function renew(): Promise<void> {
    renewing ??= confirm().finally(() => (renewing = null));
    return renewing;
  }

  /** Never rejects. */
  async function confirm(): Promise<void> {
    const startedAt = performance.now();
    try {
      await revocation.recheck(connections);
      confirmedAt = startedAt;
      endInTime();
      recent?.trust("lease");
      meter?.leaseRenewed(true);
    } catch (error) {
      recent?.doubt("lease");
      meter?.leaseRenewed(false);
      log.warn({ err: error }, "The lease on open sessions could not be renewed");
      // The next renewal is due when the lease is over: one answer that was lost is not to close everybody's socket.
      if (!isStopped) retry = setTimeout(() => void renew(), leaseMs / 10).unref();
    }
  }

  function isOver(): boolean {
    return untilLeaseEnds(confirmedAt, leaseMs) <= 0;
  }

  function stop(): void {
    isStopped = true;
    if (retry) clearTimeout(retry);
    if (ending) clearTimeout(ending);
    clearInterval(renewal);
    clearInterval(watching);
    clearInterval(expiring);
    clearInterval(reading);
  }

  function closeUnconfirmed(): void {
    if (!isOver()) return;
    for (const connection of connections) {
      if (connection.tokenHash !== null) connection.close(CloseCode.restart, "sessions cannot be confirmed");
    }
  }

  function watch(): void {
    const lateMs = performance.now() - watchedAt - watchMs;
    watchedAt = performance.now();
    closeInTime(lateMs);
  }

  /** To the moment, unless a confirmation comes before. */
  function endInTime(): void {
    if (ending) clearTimeout(ending);
    if (isStopped) return;
    // A timer may fire a moment early.
    ending = setTimeout(
      () => closeInTime(-untilLeaseEnds(confirmedAt, leaseMs)),
      untilLeaseEnds(confirmedAt, leaseMs) + 2,
    );
    ending.unref();
  }

  /** `lateMs`: how much later this is than it was to be. */
  function closeInTime(lateMs: number): void {
    if (isOver()) recent?.doubt("lease");
    if (isOver() && lateMs > watchMs) void renewAfterStall();
    else closeUnconfirmed();
  }

  /**
   * This process stood still, so that it could not ask: that the database is away is not known. It is asked now, once, and
   * has as long to answer as it is between two looks. Nothing was sent meanwhile, and whatever is sent asks for itself.
   */
  async function renewAfterStall(): Promise<void> {
    log.warn({}, "The server stood still for longer than it may; the sessions are confirmed late");
    // One that began before may be as old as what is over.
    const renewed = Promise.resolve(renewing).then(renew);
    await Promise.race([renewed, pause(watchMs, undefined, { ref: false })]);
    closeUnconfirmed();
  }

  /** Sessions end by the clock as well, between two renewals. */
  function endExpired(): void {
    if (isEnding) return;
    const now = clock.now();
    const expired: Connection[] = [];
    for (const connection of connections) if (connection.expiresAt <= now) expired.push(connection);
    if (expired.length === 0) return;
    isEnding = true;
    // Read again rather than ended: another replica may have seen the session used.
    const rechecked = revocation.recheck(expired).catch(() => closeUnconfirmed());
    void rechecked.finally(() => (isEnding = false));
  }

  /** What is shown is held to the lease as well: nobody tells this server what others change while the bus is away. */
  function readUntold(): void {
    if (!bus.isConnected) hub.touchAll();
  }

  // Twice per lease, so that an end that nobody was told of is noticed within it.
  const renewal = setInterval(() => void renew(), leaseMs / 2).unref();
  const watching = setInterval(watch, watchMs).unref();
  const expiring = setInterval(endExpired, expiryMs).unref();
  const reading = setInterval(readUntold, leaseMs).unref();
  endInTime();
  return { stop, isOver, ageSeconds: () => (performance.now() - confirmedAt) / 1000 };
}
