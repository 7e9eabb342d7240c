import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { type Bus, createMemoryBus, type Hint } from "@countersign/bus";
import type { ExternalChange } from "@countersign/db";

import { createTestPrincipal } from "../test/principal.ts";
import { createTestClock } from "../testing/test-clock.ts";

import type { Principal } from "./principal.ts";
import { RecentPrincipals } from "./recent-principals.ts";

const longestMs = 5000;
/** Less than what is taken for a standstill. */
const stepMs = 400;

let now = 1000;
beforeEach(() => void vi.spyOn(performance, "now").mockImplementation(() => now));
afterEach(() => void vi.restoreAllMocks());

describe("how long a reading is used", () => {
  test("until one lease after it began, however often it is used: an age that use could renew would never end", async () => {
    const { recent, passTime, reads } = open();
    await recent.validate("ann");
    // Used all the time, in steps shorter than any lease.
    for (let at = stepMs; at < longestMs; at += stepMs) {
      passTime(stepMs);
      expect(await recent.validate("ann")).toMatchObject({ user: { id: "user ann" } });
    }
    expect(reads).toEqual(["ann"]);

    passTime(longestMs % stepMs || stepMs);
    await recent.validate("ann");
    expect(reads).toEqual(["ann", "ann"]);
  });

  test("counted from the moment it was asked for, not from its answer", async () => {
    const { recent, passTime, reads, hold } = open();
    const answer = hold();
    const reading = recent.validate("ann");
    for (let at = 0; at < longestMs - stepMs; at += stepMs) {
      passTime(stepMs);
      await recent.validate("bob");
    }
    answer();
    await reading;
    expect(await recent.validate("ann")).not.toBeNull();
    expect(reads.filter((token) => token === "ann")).toHaveLength(1);
    passTime(stepMs);
    await recent.validate("bob");
    passTime(stepMs);
    await recent.validate("ann");
    expect(reads.filter((token) => token === "ann")).toHaveLength(2);
  });

  test("EXP-01: never past the session's own limits, to the millisecond", async () => {
    const { recent, passTime, reads } = open({ endsInMs: 800 });
    await recent.validate("ann");
    passTime(400);
    await recent.validate("ann");
    passTime(399);
    await recent.validate("ann");
    expect(reads).toEqual(["ann"]);
    passTime(1);
    // What is over here may have been used elsewhere: it is asked, not refused.
    await recent.validate("ann");
    expect(reads).toEqual(["ann", "ann"]);
  });

  test("a token that opens nothing is asked for each time", async () => {
    const { recent, reads } = open();
    for (let time = 0; time < 3; time += 1) expect(await recent.validate("nobody")).toBeNull();
    expect(reads).toEqual(["nobody", "nobody", "nobody"]);
    expect(recent.counts).toEqual({ recalled: 0, read: 3 });
  });

  test("no more are kept than there is room for; those kept first go first", async () => {
    const { recent, reads } = open({ capacity: 2 });
    for (const token of ["ann", "bob", "cid"]) await recent.validate(token);
    for (const token of ["cid", "bob", "ann"]) await recent.validate(token);
    expect(reads).toEqual(["ann", "bob", "cid", "ann"]);
  });
});

const told: readonly (readonly [string, Hint | ExternalChange])[] = [
  ["that the session has ended", { kind: "sessions-ended", sessionIds: ["x", "session ann"], reason: "ended" }],
  ["that it has another token", { kind: "session-rotated", sessionId: "session ann" }],
  ["that the session has changed", { kind: "session", sessionId: "session ann" }],
  ["that the user has changed", { kind: "user", userId: "user ann" }],
  ["by the database that the session has changed", { kind: "session", id: "session ann" }],
  ["by the database that the user has changed", { kind: "user", id: "user ann" }],
];
const toldOfAll: readonly (readonly [string, Hint | ExternalChange])[] = [
  ["that something may have been missed", { kind: "gap" }],
  ["by the database that all may have changed", { kind: "all" }],
];

describe("what is told", () => {
  test.each(told)("%s: it is read again, and nobody else is", async (_, change) => {
    const { recent, reads, tell } = open();
    for (const token of ["ann", "bob"]) await recent.validate(token);
    tell(change);
    for (const token of ["ann", "bob"]) await recent.validate(token);
    expect(reads).toEqual(["ann", "bob", "ann"]);
  });

  test.each(toldOfAll)("%s: everybody is read again", async (_, change) => {
    const { recent, reads, tell } = open();
    for (const token of ["ann", "bob"]) await recent.validate(token);
    tell(change);
    for (const token of ["ann", "bob"]) await recent.validate(token);
    expect(reads).toEqual(["ann", "bob", "ann", "bob"]);
  });

  test.each([...told, ...toldOfAll])("%s, while it is being read: what was read is not kept", async (_, change) => {
    const { recent, reads, tell, hold } = open();
    const answer = hold();
    const reading = recent.validate("ann");
    tell(change);
    answer();
    expect(await reading).not.toBeNull();
    await recent.validate("ann");
    expect(reads).toEqual(["ann", "ann"]);
    await recent.validate("ann");
    expect(reads).toHaveLength(2);
  });

  test("of others while it is being read, of rows and of topics: it is kept", async () => {
    const { recent, reads, tell, hold } = open();
    const answer = hold();
    const reading = recent.validate("ann");
    tell({ kind: "user", userId: "user bob" });
    tell({ kind: "sessions-ended", sessionIds: ["session bob"], reason: "ended" });
    tell({ kind: "topic", topic: "sessions" });
    tell({ kind: "rows", topic: "rows:tasks" });
    answer();
    await reading;
    await recent.validate("ann");
    expect(reads).toEqual(["ann"]);
  });

  test("of more than there is room to note while something is read: nothing that was being read is kept", async () => {
    const { recent, reads, tell, hold } = open({ capacity: 2 });
    const answer = hold();
    const reading = recent.validate("ann");
    for (const id of ["user ann", "user bob", "user cid", "user dan"]) tell({ kind: "user", userId: id });
    answer();
    await reading;
    await recent.validate("ann");
    expect(reads).toEqual(["ann", "ann"]);
  });
});

describe("in doubt", () => {
  test("before anything is listened to, each call reads", async () => {
    const { recent, reads } = open({ isTold: false });
    for (let time = 0; time < 3; time += 1) await recent.validate("ann");
    expect(reads).toHaveLength(3);
    recent.trust("changes");
    for (let time = 0; time < 3; time += 1) await recent.validate("ann");
    expect(reads).toHaveLength(4);
  });

  test("while the bus is away each call reads, and what was known before is forgotten", async () => {
    const { recent, reads, bus } = open();
    await recent.validate("ann");
    bus.isConnected = false;
    for (let time = 0; time < 3; time += 1) await recent.validate("ann");
    expect(reads).toHaveLength(4);
    bus.isConnected = true;
    await recent.validate("ann");
    await recent.validate("ann");
    expect(reads).toHaveLength(5);
  });

  test("while the notices of the database are away, until they are back", async () => {
    const { recent, reads, tell } = open();
    await recent.validate("ann");
    recent.doubt("changes");
    for (let time = 0; time < 3; time += 1) await recent.validate("ann");
    expect(reads).toHaveLength(4);
    tell({ kind: "all" });
    await recent.validate("ann");
    await recent.validate("ann");
    expect(reads).toHaveLength(5);
  });

  test("while the lease is not renewed; a bus that is back does not make up for it", async () => {
    const { recent, reads, tell } = open();
    await recent.validate("ann");
    recent.doubt("lease");
    tell({ kind: "gap" });
    tell({ kind: "all" });
    for (let time = 0; time < 3; time += 1) await recent.validate("ann");
    expect(reads).toHaveLength(4);
    recent.trust("lease");
    await recent.validate("ann");
    await recent.validate("ann");
    expect(reads).toHaveLength(5);
  });

  test("a process that stood still reads again: what it was told meanwhile waits unread", async () => {
    const { recent, reads, passTime } = open();
    await recent.validate("ann");
    passTime(499);
    await recent.validate("ann");
    expect(reads).toHaveLength(1);
    passTime(500);
    await recent.validate("ann");
    expect(reads).toHaveLength(2);
  });

  test("what was being read when the process stood still is not kept", async () => {
    const { recent, reads, passTime, hold } = open();
    const answer = hold();
    const reading = recent.validate("ann");
    passTime(600);
    answer();
    await reading;
    await recent.validate("ann");
    expect(reads).toHaveLength(2);
  });

  test("EXP-08: a clock that jumps, forward or back, makes all be read again", async () => {
    const { recent, reads, clock } = open();
    await recent.validate("ann");
    clock.advance(-3_600_000);
    await recent.validate("ann");
    expect(reads).toHaveLength(2);
    clock.advance(3_600_000);
    await recent.validate("ann");
    expect(reads).toHaveLength(3);
  });

  test("after it has stopped listening nothing is kept", async () => {
    const { recent, reads, stop } = open();
    await recent.validate("ann");
    stop();
    await recent.validate("ann");
    await recent.validate("ann");
    expect(reads).toHaveLength(3);
  });

  test("a reading that fails is told to who asked, and the next call tries anew", async () => {
    const { recent, fail } = open();
    fail(new Error("away"));
    await expect(recent.validate("ann")).rejects.toThrow("away");
    fail(null);
    expect(await recent.validate("ann")).not.toBeNull();
  });
});

/** Over an engine that notes what it is asked, and whose answers can be held back. */
function open({ endsInMs = 3_600_000, capacity = 100, isTold = true } = {}) {
  const clock = createTestClock();
  const memory = createMemoryBus();
  const bus = { ...memory, isConnected: true };
  const reads: string[] = [];
  let gate = Promise.resolve();
  let failure: Error | null = null;
  const end = new Date(clock.now() + endsInMs);
  async function validate(token: string): Promise<Principal | null> {
    reads.push(token);
    if (failure) throw failure;
    const held = gate;
    gate = Promise.resolve();
    await held;
    return token === "nobody" ? null : principalOf(token, end);
  }
  const recent = new RecentPrincipals({ sessions: { validate }, bus: bus satisfies Bus, clock, longestMs, capacity });
  const stop = recent.start();
  if (isTold) recent.trust("changes");

  return {
    recent,
    bus,
    clock,
    reads,
    stop,
    passTime: (ms: number) => {
      now += ms;
      clock.advance(ms);
    },
    /** The next reading is answered when the returned function is called. */
    hold: () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      gate = promise;
      return resolve;
    },
    fail: (error: Error | null) => void (failure = error),
    tell: (change: Hint | ExternalChange) => {
      if (isExternal(change)) recent.handleExternalChange(change);
      else bus.publish(change);
    },
  };
}

function isExternal(change: Hint | ExternalChange): change is ExternalChange {
  return "id" in change || change.kind === "all" || change.kind === "rows";
}

function principalOf(name: string, expiresAt: Date): Principal {
  const { user, session, ...rights } = createTestPrincipal({});
  return {
    user: { ...user, id: `user ${name}` },
    session: {
      ...session,
      id: `session ${name}`,
      userId: `user ${name}`,
      expiresAt,
      absoluteExpiresAt: new Date(expiresAt.getTime() + 1),
    },
    ...rights,
  };
}
