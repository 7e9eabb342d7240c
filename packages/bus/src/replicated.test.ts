import { expect, test, vi } from "vitest";

import { closing } from "./bus.suite.ts";
import { decodeMessage } from "./message.ts";
import { createReplicatedBus, type Link } from "./replicated.ts";

test("what hangs on a connection that is gone keeps nothing from the next one", async () => {
  const hanging = vi.fn<Link["send"]>(() => new Promise(() => {}));
  const sent: string[] = [];
  const first = openLink(hanging);
  const second = openLink(async (message) => void sent.push(message));
  const links = [first, second];
  await using bus = closing(
    createReplicatedBus({ connect: async () => links.shift() ?? second, mostBytes: 8000, onError: () => {} }),
  );
  bus.publish({ kind: "user", userId: "ann" });
  await vi.waitFor(() => expect(hanging).toHaveBeenCalled());

  first.close();

  await vi.waitFor(() => expect(sent).toHaveLength(1));
  expect(decodeMessage(sent[0] ?? "").hints).toMatchObject([{ hint: { kind: "user", userId: "ann" } }]);
});

test("a connection that is made after the bus was closed is closed, and nobody is told of a gap", async () => {
  const link = openLink(async () => {});
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
