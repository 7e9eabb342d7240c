import { expect, test, vi } from "vitest";

import type { Bus, Hint, OnHint } from "./bus.ts";

/** Opens a bus as a replica of its own, connected. */
export type OpenReplica = (options?: { readonly onError?: (error: unknown) => void }) => Promise<Bus>;

const userHint: Hint = { kind: "user", userId: "ann" };
const endHint: Hint = { kind: "sessions-ended", sessionIds: ["s1"], reason: "signed_out" };

/** What every bus promises to those in its own process. */
export function testBus(open: OpenReplica): void {
  test("a hint reaches every subscriber before publish returns, in the order published", async () => {
    await using bus = closing(await open());
    const heard: [string, Hint][] = [];
    bus.subscribe((hint) => heard.push(["one", hint]));
    bus.subscribe((hint) => heard.push(["two", hint]));

    bus.publish(endHint);
    bus.publish(userHint);

    expect(heard).toEqual([
      ["one", endHint],
      ["two", endHint],
      ["one", userHint],
      ["two", userHint],
    ]);
  });

  test("a subscriber that throws keeps no other from the hint, nor the publisher from its work", async () => {
    const onError = vi.fn<(error: unknown) => void>();
    await using bus = closing(await open({ onError }));
    const broken = new Error("broken");
    const heard = vi.fn<OnHint>();
    bus.subscribe(() => {
      throw broken;
    });
    bus.subscribe(heard);

    expect(() => bus.publish(userHint)).not.toThrow();

    expect(heard).toHaveBeenCalledExactlyOnceWith(userHint, expect.any(Number));
    expect(onError).toHaveBeenCalledExactlyOnceWith(broken);
  });

  test("whoever stops hears nothing more, also when the same function listens twice or stops twice", async () => {
    await using bus = closing(await open());
    const heard = vi.fn<(hint: Hint) => void>();
    const stopFirst = bus.subscribe(heard);
    bus.subscribe(heard);

    bus.publish(userHint);
    expect(heard).toHaveBeenCalledTimes(2);

    stopFirst();
    stopFirst();
    bus.publish(userHint);
    expect(heard).toHaveBeenCalledTimes(3);
  });

  test("a subscriber may stop another while a hint is told", async () => {
    await using bus = closing(await open());
    const heard = vi.fn<(hint: Hint) => void>();
    bus.subscribe(() => stopOther());
    const stopOther = bus.subscribe(heard);

    bus.publish(userHint);

    expect(heard).not.toHaveBeenCalled();
  });

  test("a closed bus is silent, and closing it twice is fine", async () => {
    const bus = await open();
    const heard = vi.fn<(hint: Hint) => void>();
    bus.subscribe(heard);

    await bus.close();
    await bus.close();
    bus.publish(userHint);

    expect(heard).not.toHaveBeenCalled();
  });
}

/** What a bus promises between replicas. `cut` breaks every connection to what carries its messages, once. */
export function testReplicas(open: OpenReplica, cut: () => Promise<void>): void {
  test("a hint reaches the other replicas, once, in the order published, and each of any kind as it was", async () => {
    await using one = closing(await open());
    await using other = closing(await open());
    const [atOne, atOther] = [collect(one), collect(other)];
    const hints: Hint[] = [
      endHint,
      { kind: "session-rotated", sessionId: "s2" },
      { kind: "session", sessionId: "s3" },
      userHint,
      { kind: "topic", topic: "rows:notes:owner_id:ann \u{1f642} \"'\\" },
    ];

    for (const hint of hints) one.publish(hint);
    await vi.waitFor(() => expect(atOther).toEqual(hints));
    other.publish(userHint);
    await vi.waitFor(() => expect(atOne).toEqual([...hints, userHint]));
    expect(atOther).toEqual([...hints, userHint]);
  });

  test("a hint says when it was published; what is published and received is counted", async () => {
    await using one = closing(await open());
    await using other = closing(await open());
    const heard: (number | null)[] = [];
    other.subscribe((hint, publishedAt) => void (hint.kind === "user" && heard.push(publishedAt)));
    const before = Date.now();
    one.publish(userHint);
    const after = Date.now();
    await vi.waitFor(() => expect(heard).toHaveLength(1));
    expect(heard[0]).toBeGreaterThanOrEqual(before);
    expect(heard[0]).toBeLessThanOrEqual(after);
    expect(one.counts).toEqual({ published: 1, received: 0, gaps: 1 });
    expect(other.counts).toEqual({ published: 0, received: 1, gaps: 1 });
  });

  test("more than one message holds arrives whole", async () => {
    await using one = closing(await open());
    await using other = closing(await open());
    const atOther = collect(other);
    const sessionIds = Array.from({ length: 2500 }, () => crypto.randomUUID());
    const topics = Array.from({ length: 500 }, (_, index) => `topic ${index} ${"x".repeat(100)}`);

    one.publish({ kind: "sessions-ended", sessionIds, reason: "deactivated" });
    for (const topic of topics) one.publish({ kind: "topic", topic });

    await vi.waitFor(() => expect(atOther.filter(({ kind }) => kind === "topic")).toHaveLength(500), 5000);
    const ended = atOther.flatMap((hint) => (hint.kind === "sessions-ended" ? hint.sessionIds : []));
    expect(ended).toEqual(sessionIds);
    expect(atOther.flatMap((hint) => (hint.kind === "topic" ? hint.topic : []))).toEqual(topics);
  });

  test("a hint larger than a message reaches the others as a gap, and those behind it as they are", async () => {
    const onError = vi.fn<(error: unknown) => void>();
    await using one = closing(await open({ onError }));
    await using other = closing(await open());
    const atOther = collect(other);
    one.publish({ kind: "topic", topic: "x".repeat(100_000) });
    one.publish(endHint);
    await vi.waitFor(() => expect(atOther).toEqual([{ kind: "gap" }, endHint]), 5000);
    expect(one.counts.gaps).toBe(1);
    expect(onError).not.toHaveBeenCalled();
  });

  test("REL-26: a connection that is cut is noticed as a gap on every replica, and hints flow again", async () => {
    await using one = closing(await open({ onError: () => {} }));
    await using other = closing(await open({ onError: () => {} }));
    const [atOne, atOther] = [collect(one), collect(other)];

    await cut();
    one.publish(userHint);
    await vi.waitFor(() => expect(atOther.some(({ kind }) => kind === "gap")).toBe(true), 10_000);
    await vi.waitFor(() => expect(atOne.some(({ kind }) => kind === "gap")).toBe(true), 10_000);
    await vi.waitFor(() => expect(one.isConnected && other.isConnected).toBe(true), 10_000);
    expect(Math.min(one.counts.gaps, other.counts.gaps)).toBeGreaterThan(1);

    other.publish(endHint);
    await vi.waitFor(() => expect(atOne).toContainEqual(endHint), 5000);
  });
}

function collect(bus: Bus): Hint[] {
  const heard: Hint[] = [];
  bus.subscribe((hint) => heard.push(hint));
  return heard;
}

/** The bus, closed at the end of the block. */
export function closing(bus: Bus): Bus & AsyncDisposable {
  return Object.assign(Object.create(bus) as Bus, { [Symbol.asyncDispose]: () => bus.close() });
}

/** Waits until the bus is connected. */
export async function connected(bus: Bus): Promise<Bus> {
  await vi.waitFor(() => expect(bus.isConnected).toBe(true), 10_000);
  return bus;
}
