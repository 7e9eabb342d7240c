import { setTimeout as pause } from "node:timers/promises";

import { monotonicMs } from "../monotonic-clock.ts";
import type { SideProcess } from "../side/start-side.ts";
import type { Member } from "../sides/countersign-members.ts";
import { origin } from "../wire/wire-socket.ts";

import type { OutsideWriter } from "./outside-writer.ts";

/** What a revocation is done with. */
export interface Means {
  readonly side: SideProcess;
  readonly outside: OutsideWriter;
  readonly victim: Member;
}

export interface Scenario {
  readonly label: string;
  /** The sessions of the user it happens to, and the sockets on each. */
  readonly sessions: number;
  readonly socketsEach: number;
  readonly rounds: number;
  /** Others call meanwhile, as fast as they are answered. */
  readonly isBusy?: boolean;
  /** Takes the access away. Returns when that was committed, by `monotonicMs`. */
  revoke(means: Means): Promise<number>;
}

export const scenarios: readonly Scenario[] = [
  { label: "signs out, 5 sockets", sessions: 1, socketsEach: 5, rounds: 300, revoke: signOut },
  { label: "signs out, 1,000 sockets", sessions: 1, socketsEach: 1000, rounds: 10, revoke: signOut },
  {
    label: "signs out, 5 sockets, server at its limit",
    sessions: 1,
    socketsEach: 5,
    rounds: 100,
    isBusy: true,
    revoke: signOut,
  },
  { label: "is switched off, 5 sessions", sessions: 5, socketsEach: 1, rounds: 200, revoke: switchOff },
  { label: "is switched off, 1,000 sessions", sessions: 1000, socketsEach: 1, rounds: 10, revoke: switchOff },
  { label: "row deleted by another process, 5 sockets", sessions: 1, socketsEach: 5, rounds: 200, revoke: deleteRow },
];

/** As a page does it. */
async function signOut({ side, victim }: Means): Promise<number> {
  const { id: sessionId, cookie } = firstSession(victim);
  const response = await fetch(`http://127.0.0.1:${side.port}/trpc/auth.logout`, {
    method: "POST",
    headers: { origin, cookie, "content-type": "application/json" },
  });
  if (!response.ok) throw new Error(`Signing out was answered with ${response.status}: ${await response.text()}`);
  await response.arrayBuffer();
  return side.act({ kind: "when-ended", sessionId });
}

async function switchOff({ side, victim }: Means): Promise<number> {
  await side.act({ kind: "deactivate", userId: victim.userId });
  return side.act({ kind: "when-ended", sessionId: firstSession(victim).id });
}

/** At any moment between two looks of the server at the database. */
async function deleteRow({ outside, victim }: Means): Promise<number> {
  await pause(Math.random() * 50);
  return outside.deleteSession(firstSession(victim).id);
}

function firstSession({ sessions: [session] }: Member): Member["sessions"][number] {
  if (!session) throw new Error("The user has no session.");
  return session;
}

/** What one revocation took, in milliseconds. */
export interface Revocation {
  /** From the commit to the last byte on the last of the sockets. */
  readonly fromCommit: number;
  /** From the moment it was asked for. */
  readonly fromAsking: number;
}

export async function timeRevocation(
  scenario: Scenario,
  means: Means,
  ends: Promise<{ readonly lastByteAt: number }[]>,
): Promise<Revocation> {
  const askedAt = monotonicMs();
  const committedAt = await scenario.revoke(means);
  const lastAt = Math.max(...(await ends).map(({ lastByteAt }) => lastByteAt));
  return { fromCommit: lastAt - committedAt, fromAsking: lastAt - askedAt };
}
