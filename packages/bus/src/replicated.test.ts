import { expect, test, vi } from "vitest";

import { closing } from "./bus.suite.ts";
import { decodeMessage } from "./message.ts";
import { createReplicatedBus, type Link } from "./replicated.ts";

test("what hangs on a connection that is gone keeps nothing from the next one", async () => {
  const hanging = vi.fn<Link["send"]>(() => new Promise(() => {}));
  const sent: string[] = [];
  const first = openLink(hanging);
  const second = openLink(async (message) => (sent.push(message), null));
  const links = [first, second];
  await using bus = closing(
    createReplicatedBus({ connect: async () => links.shift() ?? second, mostBytes: 8000, onError: () => {} }),
  );
  bus.publish({ kind: "user", userId: "ann" });
  await vi.waitFor(() => expect(hanging).toHaveBeenCalled());

  first.close();

  const hints = () => sent.flatMap((message) => decodeMessage(message).hints);
  await vi.waitFor(() => expect(hints()).toMatchObject([{ hint: { kind: "user", userId: "ann" } }]));
});

test("what the carrier refuses is told as a gap over the same connection, and what is behind it leaves", async () => {
  const sent: string[] = [];
  const onError = vi.fn<(error: unknown) => void>();
  const refusal = new Error("refused, for a test");
  const link = openLink(async (message) => {
    if (message.includes("bad")) return refusal;
    sent.push(message);
    return null;
  });
  await using bus = closing(createReplicatedBus({ connect: async () => link, mostBytes: 240, onError }));
  bus.publish({ kind: "topic", topic: `bad ${"x".repeat(100)}` });
  bus.publish({ kind: "user", userId: "ann" });

  const hints = () => sent.flatMap((message) => decodeMessage(message).hints.map(({ hint }) => hint));
  await vi.waitFor(() => expect(hints()).toEqual([{ kind: "gap" }, { kind: "user", userId: "ann" }]));
  expect(onError).toHaveBeenCalledExactlyOnceWith(refusal);
  expect(bus.counts.gaps).toBe(1);
});

test("a carrier that takes nothing is no connection: it is tried ever more rarely, and what waited leaves when it does", async () => {
  const sent: string[] = [];
  let takes = false;
  const openings: number[] = [];
  await using bus = closing(
    createReplicatedBus({
      connect: async (onMessage) => {
        openings.push(performance.now());
        return openLink(async (message) => {
          if (!takes) return new Error("refused, for a test");
          sent.push(message);
          onMessage(message);
          return null;
        });
      },
      mostBytes: 8000,
      onError: () => {},
    }),
  );
  bus.publish({ kind: "user", userId: "ann" });
  await vi.waitFor(() => expect(openings.length).toBeGreaterThan(4), 5000);
  expect(bus.isConnected).toBe(false);
  // Each pause is drawn from around twice the one before.
  const [first = 0, , third = 0, , fifth = 0] = openings;
  expect(fifth - third).toBeGreaterThan(third - first);

  takes = true;
  await vi.waitFor(() => expect(bus.isConnected).toBe(true), 5000);
  const hints = sent.flatMap((message) => decodeMessage(message).hints.map(({ hint }) => hint));
  expect(hints).toContainEqual({ kind: "user", userId: "ann" });
});

test("a connection that is made after the bus was closed is closed, and nobody is told of a gap", async () => {
  const link = openLink(async () => null);
  const connecting = Promise.withResolvers<Link>();
  const bus = createReplicatedBus({ connect: () => connecting.promise, mostBytes: 8000 });

  await bus.close();
  connecting.resolve(link);

  await link.lost;
  expect(bus.isConnected).toBe(false);
  expect(bus.counts.gaps).toBe(0);
});

/** A connection in this process, to hang when a test wants it. */
function openLink(send: Link["send"]): Link {
  const loss = Promise.withResolvers<void>();
  return { send, lost: loss.promise, close: () => loss.resolve() };
}
