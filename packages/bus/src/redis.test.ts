import { createClient } from "redis";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";

import { findRedis, type OwnRedis, startOwnRedis } from "@app/services";

import { closing, connected, testBus, testReplicas } from "./bus.suite.ts";
import type { Bus, Hint } from "./bus.ts";
import { createRedisBus, type RedisBusOptions } from "./redis.ts";

const program = await findRedis();
if (program === null && process.env["CI"])
  throw new Error("There is no redis-server, and these tests are not skipped in CI.");
if (program === null) process.stderr.write("redis-server is not installed: the Redis bus is NOT tested.\n");

/** Of a Redis that is there anyway, for those who test against theirs; it is neither stopped nor emptied. */
const givenUrl = process.env["REDIS_URL"] ?? "";

describe.skipIf(givenUrl === "")("a bus over the Redis that REDIS_URL names", () => {
  const open = async (options?: { readonly onError?: (error: unknown) => void }) =>
    connected(createRedisBus({ url: givenUrl, heartbeatMs: 200, ...options }));

  testBus(open);
  testReplicas(open, async () => {
    const admin = await createClient({ url: givenUrl }).connect();
    // All who subscribe: whose is whose is not told. They come back by themselves, and so do those of others.
    await admin.sendCommand(["CLIENT", "KILL", "TYPE", "pubsub"]);
    admin.destroy();
  });
});

describe.skipIf(program === null)("a bus over Redis", () => {
  let server: OwnRedis;
  beforeAll(async () => {
    server = await startOwnRedis(program ?? "");
  }, 30_000);
  afterAll(() => server[Symbol.asyncDispose]());

  const create = (options: Omit<RedisBusOptions, "url"> = {}): Bus =>
    createRedisBus({ url: server.url, heartbeatMs: 200, ...options });
  const open = async (options?: { readonly onError?: (error: unknown) => void }) => connected(create(options));

  testBus(open);
  testReplicas(open, async () => {
    await server.kill();
    await server.resume();
  });

  test("a Redis that becomes a replica of another carries nothing any more, and says why; as a primary it is used again", async () => {
    const errors: unknown[] = [];
    await using bus = closing(await open({ onError: (error) => errors.push(error) }));
    const heard: Hint[] = [];
    bus.subscribe((hint) => heard.push(hint));
    const admin = await createClient({ url: server.url }).connect();
    try {
      await admin.sendCommand(["REPLICAOF", "127.0.0.1", "1"]);
      await vi.waitFor(() => expect(bus.isConnected).toBe(false), 10_000);
      const cure = /REDIS_URL name the primary/;
      await vi.waitFor(
        () =>
          expect(errors).toContainEqual(expect.objectContaining({ message: expect.stringMatching(cure) as string })),
        5000,
      );
      expect(heard).toEqual([]);
    } finally {
      await admin.sendCommand(["REPLICAOF", "NO", "ONE"]);
      admin.destroy();
    }
    await vi.waitFor(() => expect(bus.isConnected).toBe(true), 10_000);
    expect(heard).toContainEqual({ kind: "gap" });
  });

  test("REL-25: without Redis it starts, works within the process, and connects when Redis is there", async () => {
    await server.kill();
    await using bus = closing(create({ onError: () => {} }));
    const heard: Hint[] = [];
    bus.subscribe((hint) => heard.push(hint));

    bus.publish({ kind: "user", userId: "ann" });
    expect(heard).toEqual([{ kind: "user", userId: "ann" }]);
    expect(bus.isConnected).toBe(false);
    await server.resume();
    await vi.waitFor(() => expect(bus.isConnected).toBe(true), 10_000);
    expect(heard).toContainEqual({ kind: "gap" });
  });

  test("REL-28: a server that hangs is given up, without anybody waiting for it; when it is back everything is read again", async () => {
    await using one = closing(await open({ onError: () => {} }));
    await using other = closing(await open({ onError: () => {} }));
    const heard: Hint[] = [];
    other.subscribe((hint) => heard.push(hint));

    server.freeze();
    try {
      const began = performance.now();
      one.publish({ kind: "user", userId: "ann" });
      expect(performance.now() - began).toBeLessThan(50);
      await vi.waitFor(() => expect(one.isConnected || other.isConnected).toBe(false), 10_000);
    } finally {
      server.thaw();
    }
    // Whoever connects last may miss what the others sent again by then: that is what the gap is for.
    await vi.waitFor(() => expect(heard).toContainEqual({ kind: "gap" }), 10_000);
    await vi.waitFor(() => expect(one.isConnected && other.isConnected).toBe(true), 10_000);
    one.publish({ kind: "user", userId: "bob" });
    await vi.waitFor(() => expect(heard).toContainEqual({ kind: "user", userId: "bob" }), 10_000);
  }, 60_000);

  test("REL-28: a server that hangs from the beginning is given up, and taken when it goes on", async () => {
    server.freeze();
    const errors: unknown[] = [];
    await using bus = closing(create({ onError: (error) => errors.push(error) }));
    try {
      await vi.waitFor(() => expect(errors.map(String)).toEqual(["Error: Redis does not answer."]), 10_000);
      expect(bus.isConnected).toBe(false);
    } finally {
      server.thaw();
    }
    await connected(bus);
  }, 60_000);

  test("REL-28: a hint that Redis does not take within two seconds is reason enough to give it up", async () => {
    await using bus = closing(await connected(create({ heartbeatMs: 60_000, onError: () => {} })));
    server.freeze();
    try {
      bus.publish({ kind: "user", userId: "ann" });
      const began = performance.now();
      await vi.waitFor(() => expect(bus.isConnected).toBe(false), 10_000);
      expect(performance.now() - began).toBeLessThan(4000);
    } finally {
      server.thaw();
    }
  }, 60_000);

  test("a Redis user who may not publish has no bus, and the connection is not made over and over", async () => {
    const admin = createClient({ url: server.url });
    await admin.connect();
    const rights = ["resetchannels", "&countersign:hints", "+@all", "-publish"];
    await admin.sendCommand(["ACL", "SETUSER", "app", "on", ">a-password", ...rights]);
    const errors: string[] = [];
    const url = server.url.replace("//", "//app:a-password@");
    await using bus = closing(createRedisBus({ url, onError: (error) => errors.push(String(error)) }));
    await vi.waitFor(() => expect(bus.counts.gaps).toBeGreaterThan(2), 5000);
    expect(bus.isConnected).toBe(false);
    expect(errors[0]).toContain("NOPERM");

    // Given the right, it has one.
    await admin.sendCommand(["ACL", "SETUSER", "app", "+publish"]);
    await connected(bus);
    expect(bus.counts.gaps).toBeLessThan(12);
    admin.destroy();
  });

  test("whoever closes a bus does not wait for a server that hangs, connected or not", async () => {
    const ready = await connected(create());
    server.freeze();
    try {
      const opening = create();
      const began = performance.now();
      await Promise.all([ready.close(), opening.close()]);
      expect(performance.now() - began).toBeLessThan(500);
    } finally {
      server.thaw();
    }
  });
});
