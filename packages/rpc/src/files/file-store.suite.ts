import { randomBytes, randomUUID } from "node:crypto";
import { buffer } from "node:stream/consumers";

import { describe, expect, test } from "vitest";

import type { FileStore } from "./file-store.ts";

export interface TestFileStore extends AsyncDisposable {
  readonly store: FileStore;
  /** How many files, whole or not, the store holds. */
  count(): Promise<number>;
}

/** What every store promises. */
export function describeFileStore(name: string, open: () => Promise<TestFileStore>): void {
  // oxlint-disable-next-line vitest/valid-title -- each store's own
  describe(name, () => {
    test("gives back what it was given, however it came", async () => {
      await using opened = await open();
      const { store } = opened;
      const [key, empty] = [randomUUID(), randomUUID()];
      const bytes = randomBytes(300_000);
      await store.write(key, chunksOf(bytes, [1, 0, 65_536, 100, 234_363]));
      await store.write(empty, chunksOf(Buffer.alloc(0), []));

      const file = await store.read(key);
      expect(file?.bytes).toBe(300_000);
      expect((await buffer(file?.content ?? chunksOf(bytes, []))).equals(bytes)).toBe(true);
      expect((await store.read(empty))?.bytes).toBe(0);
    });

    test("knows nothing of a key it was not given, and removing it is no error", async () => {
      await using opened = await open();
      expect(await opened.store.read(randomUUID())).toBeNull();
      await opened.store.remove(randomUUID());
    });

    test("keeps nothing of what broke off, and throws what broke it", async () => {
      await using opened = await open();
      const key = randomUUID();
      async function* breaking() {
        yield Buffer.from("the beginning");
        throw new Error("gone");
      }
      await expect(opened.store.write(key, breaking())).rejects.toThrow("gone");
      expect(await opened.store.read(key)).toBeNull();
      expect(await opened.count()).toBe(0);
    });

    test("what is on its way is not there yet", async () => {
      await using opened = await open();
      const key = randomUUID();
      const gate = Promise.withResolvers<void>();
      async function* slow() {
        yield Buffer.from("a");
        await gate.promise;
        yield Buffer.from("b");
      }
      const writing = opened.store.write(key, slow());
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(await opened.store.read(key)).toBeNull();
      gate.resolve();
      await writing;
      expect((await opened.store.read(key))?.bytes).toBe(2);
    });

    test("removes for good, and lets those who are reading read on", async () => {
      await using opened = await open();
      const key = randomUUID();
      await opened.store.write(key, chunksOf(Buffer.from("content"), [7]));
      const reader = (await opened.store.read(key))?.content[Symbol.asyncIterator]();
      const first = await reader?.next();
      await opened.store.remove(key);
      expect(String(Buffer.from(first?.value ?? []))).toBe("content");
      expect((await reader?.next())?.done).toBe(true);
      expect(await opened.store.read(key)).toBeNull();
      expect(await opened.count()).toBe(0);
    });

    test("a key is used once: what it holds is not written over", async () => {
      await using opened = await open();
      const key = randomUUID();
      const writes = ["first", "later"].map((text) => opened.store.write(key, chunksOf(Buffer.from(text), [5])));
      const ended = await Promise.allSettled(writes);
      expect(ended.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      await expect(opened.store.write(key, chunksOf(Buffer.from("third"), [5]))).rejects.toThrow("already");
      expect(String(await buffer((await opened.store.read(key))?.content ?? chunksOf(Buffer.alloc(0), [])))).not.toBe(
        "third",
      );
    });

    test.each(["../../etc/passwd", "..", "a/b/c/d/e/f", "C:\\windows\\x", "", "Ä".repeat(10), "x".repeat(65)])(
      "refuses a key that could lead elsewhere: %j",
      async (key) => {
        await using opened = await open();
        await expect(opened.store.write(key, chunksOf(Buffer.from("x"), [1]))).rejects.toThrow("no key");
        await expect(opened.store.read(key)).rejects.toThrow("no key");
        await expect(opened.store.remove(key)).rejects.toThrow("no key");
      },
    );
  });
}

async function* chunksOf(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let from = 0;
  for (const size of sizes) {
    yield bytes.subarray(from, from + size);
    from += size;
  }
}
